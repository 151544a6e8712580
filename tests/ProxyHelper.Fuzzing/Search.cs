using System.Diagnostics;

namespace ProxyHelper.Fuzzing;

/// <summary>Looks for an input that breaks a target, for some time.</summary>
internal sealed class Search
{
    // One input takes microseconds: a target that has not come back after so long will not.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly IFuzzTarget _target;
    private readonly Mutator _mutator;

    /// <summary>Makes it ready.</summary>
    public Search(IFuzzTarget target, Mutator mutator)
    {
        _target = target;
        _mutator = mutator;
    }

    /// <summary>How many inputs were tried.</summary>
    public long Inputs { get; private set; }

    /// <summary>The last input that was tried: the one that broke the target, if one did.</summary>
    public ReadOnlySpan<byte> Input => _mutator.Current;

    /// <summary>Searches, on a thread of its own so that a target that does not end is noticed.</summary>
    /// <returns>What came out of the target; null when nothing broke it.</returns>
    public Exception? Run(TimeSpan time)
    {
        Exception? failure = null;
        var thread = new Thread(() => failure = Mutate(time)) { Name = "search", IsBackground = true };
        thread.Start();
        return thread.Join(time + Patience)
            ? failure
            : new TimeoutException($"The target did not come back in {Patience.TotalSeconds} seconds.");
    }

    private Exception? Mutate(TimeSpan time)
    {
        Exception? failure = null;
        var watch = Stopwatch.StartNew();
        while (failure is null && watch.Elapsed < time)
        {
            failure = Trial.Run(_target, _mutator.Next());
            Inputs++;
        }

        return failure;
    }
}
