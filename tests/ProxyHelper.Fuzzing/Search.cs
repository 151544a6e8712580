using System.Diagnostics;

namespace ProxyHelper.Fuzzing;

/// <summary>Searches for an input that breaks a target.</summary>
internal sealed class Search
{
    // One input takes microseconds, so a target that has not returned after this time never will.
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);

    private readonly IFuzzTarget _target;
    private readonly Mutator _mutator;

    /// <summary>Makes a search.</summary>
    public Search(IFuzzTarget target, Mutator mutator)
    {
        _target = target;
        _mutator = mutator;
    }

    /// <summary>Gets the number of inputs.</summary>
    public long Inputs { get; private set; }

    /// <summary>Gets the last input. If the target broke, this is the input that broke it.</summary>
    public ReadOnlySpan<byte> Input => _mutator.Current;

    /// <summary>Searches on a new thread, so that a target that never returns is noticed.</summary>
    /// <returns>The exception of the target, or null when no input broke it.</returns>
    public Exception? Run(TimeSpan time)
    {
        Exception? failure = null;
        var thread = new Thread(() => failure = Mutate(time)) { Name = "search", IsBackground = true };
        thread.Start();
        return thread.Join(time + _patience)
            ? failure
            : new TimeoutException($"The target did not return in {_patience.TotalSeconds} seconds.");
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
