using System.Diagnostics;

namespace ProxyHelper.TestSupport.Pair;

/// <summary>Waits for a state of the laboratory.</summary>
internal static class Until
{
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(30);

    /// <summary>Returns when a condition holds.</summary>
    /// <param name="what">The state, for the message of the exception.</param>
    /// <param name="condition">The condition. It is evaluated again and again.</param>
    /// <exception cref="TimeoutException">Thrown when the condition does not hold within 30 seconds.</exception>
    public static async Task HoldsAsync(string what, Func<bool> condition)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            if (clock.Elapsed > _limit)
            {
                throw new TimeoutException($"The laboratory did not reach a state in {_limit.TotalSeconds} s: {what}.");
            }

            await Task.Delay(_interval).ConfigureAwait(false);
        }
    }
}
