using System.Net;
using System.Net.Sockets;
using ProxyHelper.Addresses;
using ProxyHelper.Client;
using ProxyHelper.Tests.Protocol;

namespace ProxyHelper.Tests.Client;

/// <summary>Represents a helper on the loopback interface whose replies the test chooses.</summary>
internal sealed class BadHelper : IDisposable
{
    private const int Patience = 60_000; // milliseconds; the events happen at once

    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[100];

    public BadHelper(IPAddress? address = null)
    {
        IPAddress local = address ?? IPAddress.Loopback;
        _socket = new Socket(local.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = Patience };
        _socket.Bind(new IPEndPoint(local, 0));
    }

    public IPEndPoint EndPoint => (IPEndPoint)_socket.LocalEndPoint!;

    /// <summary>Returns the number of datagrams that wait to be read.</summary>
    public int CountWaiting()
    {
        int count = 0;
        while (_socket.Poll(0, SelectMode.SelectRead))
        {
            Receive(out _);
            count++;
        }

        return count;
    }

    /// <summary>Returns a request about a connection whose proxy is this host.</summary>
    public HelperRequest Request(int sends, TimeSpan timeout) => new()
    {
        Helper = EndPoint,
        Source = Datagrams.Source,
        Destination = TransportEndPoint.Parse("127.0.0.2:9199"),
        Sends = sends,
        Timeout = timeout,
    };

    /// <summary>Receives the next query.</summary>
    public byte[] Receive(out IPEndPoint asker)
    {
        var address = new SocketAddress(_socket.AddressFamily);
        int length = _socket.ReceiveFrom(_buffer, SocketFlags.None, address);
        asker = (IPEndPoint)EndPoint.Create(address);
        return _buffer[..length];
    }

    public void Send(byte[] datagram, IPEndPoint asker) => _socket.SendTo(datagram, asker);

    public void Dispose() => _socket.Dispose();

    /// <summary>Returns the right reply to a query.</summary>
    public static byte[] Answer(byte[] query) => Datagrams.Found.With(4, query.AsSpan(4, 4));
}
