using System.Net;
using System.Net.Sockets;

namespace ProxyHelper.EndToEnd.Relay.Cases;

/// <summary>Represents a helper whose replies the test decides.</summary>
internal sealed class CaseHelper : IDisposable
{
    private const int Port = 114;
    private const int LargestDatagram = 1500;

    private readonly Socket _socket;
    private readonly CancellationTokenSource _end = new();
    private Task _serving = Task.CompletedTask;

    /// <summary>Opens the helper's socket.</summary>
    public CaseHelper(NetworkHost router, IPAddress address)
    {
        _socket = router.OpenSocket(new IPEndPoint(address, Port), SocketType.Dgram);
        _socket.ReceiveBufferSize = 1 << 22;
    }

    /// <summary>Gets whether a query has arrived that was not received.</summary>
    public bool HasQuery => _socket.Poll(0, SelectMode.SelectRead);

    /// <summary>Waits for the next query.</summary>
    public Task<ReceivedQuery> ReceiveAsync() => TakeAsync(Patience.Token());

    /// <summary>Sends a datagram to the sender of a query.</summary>
    public void Send(ReceivedQuery query, byte[] datagram) => _socket.SendTo(datagram, query.Sender);

    /// <summary>Replies to every query from now on.</summary>
    public void Serve(Func<ReceivedQuery, byte[]> reply) => ServeEach(query => Send(query, reply(query)));

    /// <summary>Runs an action for every query from now on.</summary>
    public void ServeEach(Action<ReceivedQuery> serve) => _serving = Task.Run(() => ServeAsync(serve));

    /// <inheritdoc/>
    public void Dispose()
    {
        _end.Cancel();
        _serving.GetAwaiter().GetResult();
        _socket.Dispose();
        _end.Dispose();
    }

    private async Task<ReceivedQuery> TakeAsync(CancellationToken cancellation)
    {
        byte[] buffer = new byte[LargestDatagram];
        SocketReceiveFromResult received = await _socket.ReceiveFromAsync(
            buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), cancellation);
        return new ReceivedQuery(buffer[..received.ReceivedBytes], (IPEndPoint)received.RemoteEndPoint);
    }

    private async Task ServeAsync(Action<ReceivedQuery> serve)
    {
        try
        {
            while (true)
            {
                serve(await TakeAsync(_end.Token));
            }
        }
        catch (OperationCanceledException)
        {
            // The test has ended.
        }
    }
}
