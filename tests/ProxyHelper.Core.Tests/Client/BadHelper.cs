using System.Net;
using System.Net.Sockets;
using ProxyHelper.Addresses;
using ProxyHelper.Client;
using ProxyHelper.Tests.Protocol;

namespace ProxyHelper.Tests.Client;

/// <summary>A helper on the loopback whose every answer is the test's.</summary>
internal sealed class BadHelper : IDisposable
{
    private const int Patience = 60_000; // milliseconds for what comes at once

    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[100];

    public BadHelper(IPAddress? address = null)
    {
        IPAddress local = address ?? IPAddress.Loopback;
        _socket = new Socket(local.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = Patience };
        _socket.Bind(new IPEndPoint(local, 0));
    }

    public IPEndPoint EndPoint => (IPEndPoint)_socket.LocalEndPoint!;

    /// <summary>How many datagrams wait to be read.</summary>
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

    /// <summary>A request to it, about a connection whose proxy is this machine.</summary>
    public HelperRequest Request(int sends, TimeSpan timeout) => new()
    {
        Helper = EndPoint,
        Source = Datagrams.Source,
        Destination = TransportEndPoint.Parse("127.0.0.2:9199"),
        Sends = sends,
        Timeout = timeout,
    };

    /// <summary>The next query.</summary>
    public byte[] Receive(out IPEndPoint asker)
    {
        var address = new SocketAddress(_socket.AddressFamily);
        int length = _socket.ReceiveFrom(_buffer, SocketFlags.None, address);
        asker = (IPEndPoint)EndPoint.Create(address);
        return _buffer[..length];
    }

    public void Send(byte[] datagram, IPEndPoint asker) => _socket.SendTo(datagram, asker);

    public void Dispose() => _socket.Dispose();

    /// <summary>The right answer to a query.</summary>
    public static byte[] Answer(byte[] query) => Datagrams.Found.With(4, query.AsSpan(4, 4));
}
