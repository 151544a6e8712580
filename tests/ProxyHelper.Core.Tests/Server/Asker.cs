using System.Net;
using System.Net.Sockets;

namespace ProxyHelper.Tests.Server;

/// <summary>
/// Represents smtp-gated's socket: bound to the proxy's address, it receives replies from every address.
/// </summary>
internal sealed class Asker : IDisposable
{
    private const int Patience = 60_000; // milliseconds; everything arrives at once unless the machine is busy

    private readonly Socket _socket = new(
        AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = Patience };
    private readonly byte[] _buffer = new byte[2000];

    /// <summary>Opens the socket.</summary>
    /// <param name="address">The address to bind.</param>
    /// <param name="receiveBuffer">The size of the receive buffer in bytes, or 0 for the default.</param>
    public Asker(string address = "194.0.22.9", int receiveBuffer = 0)
    {
        if (receiveBuffer > 0)
        {
            _socket.ReceiveBufferSize = receiveBuffer;
        }

        _socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
    }

    public static IPEndPoint Helper(string address = "194.0.1.1", int port = 114) =>
        new(IPAddress.Parse(address), port);

    public void Send(byte[] datagram, IPEndPoint helper) => _socket.SendTo(datagram, helper);

    public byte[] Receive(out IPEndPoint sender)
    {
        var address = new SocketAddress(AddressFamily.InterNetwork);
        int length = _socket.ReceiveFrom(_buffer, SocketFlags.None, address);
        sender = (IPEndPoint)new IPEndPoint(0, 0).Create(address);
        return _buffer[..length];
    }

    /// <summary>Sends a query and receives the reply, which must come from the address of the query.</summary>
    public byte[] Ask(byte[] query, IPEndPoint helper)
    {
        Send(query, helper);
        byte[] reply = Receive(out IPEndPoint sender);
        return sender.Equals(helper)
            ? reply
            : throw new InvalidOperationException($"The query went to {helper}, but {sender} replied.");
    }

    public bool HasAnswer() => _socket.Poll(0, SelectMode.SelectRead);

    public void Dispose() => _socket.Dispose();
}
