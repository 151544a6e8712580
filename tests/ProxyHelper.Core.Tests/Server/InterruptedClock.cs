namespace ProxyHelper.Tests.Server;

/// <summary>
/// Represents a clock that lets something happen while a UDP server handles a batch, on the thread of the server. The
/// addresses of the host are an hour old at the start.
/// </summary>
internal sealed class InterruptedClock : LateBootClock
{
    private Action? _next;

    /// <summary>Gets the time. The server reads it after it has received a batch, and before the look-ups.</summary>
    public override DateTime UtcNow
    {
        get
        {
            Interlocked.Exchange(ref _next, null)?.Invoke();
            return base.UtcNow;
        }
    }

    /// <summary>Sets what happens in the next batch.</summary>
    public void InNextBatch(Action action) => _next = action;
}
