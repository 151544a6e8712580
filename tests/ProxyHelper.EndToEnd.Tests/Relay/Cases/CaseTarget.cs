using System.Net;
using System.Net.Sockets;

namespace ProxyHelper.EndToEnd.Relay.Cases;

/// <summary>Represents the program that the relay connects to. It reads the header of the PROXY protocol.</summary>
internal sealed class CaseTarget : IDisposable
{
    private const int LongestQueue = 4096;

    private readonly Socket _listener;

    private CaseTarget(Socket listener)
    {
        _listener = listener;
        _listener.Listen(LongestQueue);
    }

    /// <summary>Gets the address and port of the target.</summary>
    public static IPEndPoint EndPoint { get; } = IPEndPoint.Parse("127.0.0.1:3128");

    /// <summary>Gets whether a connection has arrived that was not accepted.</summary>
    public bool HasConnection => _listener.Poll(0, SelectMode.SelectRead);

    /// <summary>Listens on <see cref="EndPoint"/>.</summary>
    public static CaseTarget Open(CaseNetwork network) =>
        new(network.Proxy.OpenSocket(EndPoint, SocketType.Stream));

    /// <summary>Listens on a Unix socket.</summary>
    public static CaseTarget Open(string path)
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        return new CaseTarget(listener);
    }

    /// <summary>Accepts a connection and reads its header.</summary>
    public async Task<TargetConnection> AcceptAsync() =>
        await TargetConnection.ReadHeaderAsync(await AcceptRawAsync(Patience.Token()));

    /// <summary>Accepts a connection and leaves its bytes.</summary>
    public async Task<Socket> AcceptRawAsync(CancellationToken cancellation) =>
        await _listener.AcceptAsync(cancellation);

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();
}
