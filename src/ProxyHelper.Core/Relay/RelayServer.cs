using System.Runtime.Versioning;
using ProxyHelper.Lifetime;
using ProxyHelper.Linux;

namespace ProxyHelper.Relay;

/// <summary>Relays connections on one thread.</summary>
/// <param name="listeners">The sockets that accept connections, which the server disposes of.</param>
/// <param name="stop">The signal that ends the server.</param>
[SupportedOSPlatform("linux")]
internal sealed class RelayServer(LinuxSocket[] listeners, EventSignal stop) : ServerLoop
{
    private static readonly TimeSpan _idleTime = TimeSpan.FromSeconds(1);

    private volatile bool _isAborted;

    /// <inheritdoc/>
    public override void Run()
    {
        var wait = new PollSet(stop);
        while (!_isAborted && !wait.Wait((int)_idleTime.TotalMilliseconds))
        {
            BeginRound();
        }
    }

    /// <summary>Resets all connections without a drain. Any thread may call the method.</summary>
    public void Abort() => _isAborted = true;

    /// <inheritdoc/>
    public override void Dispose() => Array.ForEach(listeners, listener => listener.Dispose());
}
