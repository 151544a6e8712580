namespace ProxyHelper.PowerShell;

/// <summary>Limits the time that a reader of a job or an observer of its state can take in its event handler.</summary>
internal static class HandlerPatience
{
    /// <summary>The limit. The ports of the helper are free before.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    /// <summary>Runs what calls event handlers. A handler that blocks or throws does not affect the caller.</summary>
    public static void Run(Action action)
    {
        try
        {
            Task.Run(action).Wait(Limit);
        }
        catch (AggregateException)
        {
            // A handler threw, or the job is disposed of.
        }
    }
}
