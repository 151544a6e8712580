using System.Net;
using System.Net.Sockets;
using ProxyHelper.Tests.Protocol;

namespace ProxyHelper.Tests.Relay.Asking;

/// <summary>Represents a helper at a router's address whose replies the test chooses.</summary>
internal sealed class ManualHelper : IDisposable
{
    public const ushort Port = 114;

    private const int Patience = 60_000; // milliseconds; the events happen at once

    private readonly Socket _socket =
        new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = Patience };
    private readonly byte[] _buffer = new byte[100];

    public ManualHelper(string address = AskingBench.Router)
    {
        _socket.Bind(new IPEndPoint(IPAddress.Parse(address), Port));
    }

    /// <summary>Gets the address of the router.</summary>
    public string Address => ((IPEndPoint)_socket.LocalEndPoint!).Address.ToString();

    /// <summary>Gets whether no query waits.</summary>
    public bool IsIdle => !_socket.Poll(0, SelectMode.SelectRead);

    /// <summary>Receives the next query.</summary>
    public byte[] Receive() => Receive(out _);

    /// <summary>Receives the next query and its sender.</summary>
    public byte[] Receive(out IPEndPoint asker)
    {
        var address = new SocketAddress(AddressFamily.InterNetwork);
        int length = _socket.ReceiveFrom(_buffer, SocketFlags.None, address);
        asker = (IPEndPoint)_socket.LocalEndPoint!.Create(address);
        return _buffer[..length];
    }

    /// <summary>Sends a datagram.</summary>
    public void Send(byte[] datagram, IPEndPoint asker) => _socket.SendTo(datagram, asker);

    /// <summary>Receives the next query and sends the reply that a function makes of it.</summary>
    public byte[] Answer(Func<byte[], byte[]> reply)
    {
        byte[] query = Receive(out IPEndPoint asker);
        Send(reply(query), asker);
        return query;
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>Returns the reply "found" with 10.1.1.1:20000 -> 4.1.1.2:25.</summary>
    public static byte[] Found(byte[] query) => Datagrams.Found.With(4, query.AsSpan(4, 4));

    /// <summary>Returns the reply "not found".</summary>
    public static byte[] NotFound(byte[] query) => Datagrams.NotFound.With(4, query.AsSpan(4, 4));
}
