using System.Net;
using System.Net.Sockets;
using ProxyHelper.Addresses;
using ProxyHelper.Protocol;
using ProxyHelper.TestSupport;

namespace ProxyHelper.PowerShell.Tests;

/// <summary>
/// Another host's socket: its address is routed to this machine, but is not one that this machine has, so the responder does not
/// take it for its own.
/// </summary>
internal sealed class Stranger : IDisposable
{
    private static readonly IPEndPoint _helper = IPEndPoint.Parse("194.0.1.1:114");

    private readonly IPAddress _address;
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);

    /// <summary>Opens the socket, in the network namespace of the calling thread.</summary>
    public Stranger(string address)
    {
        Tool.Run("ip", "route", "add", "local", $"{address}/32", "dev", "lo");
        _address = IPAddress.Parse(address);
        _socket.Bind(new IPEndPoint(_address, 0));
    }

    /// <summary>Asks about a connection to its own address, or to another.</summary>
    public void Ask(int times, uint secret = 0, string? destination = null)
    {
        byte[] query = new byte[66];
        var asked = new TransportEndPoint(destination is null ? _address : IPAddress.Parse(destination), 9199);
        new Query(4711, secret, TransportEndPoint.Parse("194.0.1.1:20119"), asked).Write(query);
        Send(times, query);
    }

    /// <summary>Sends what is no query.</summary>
    public void Babble(int times) => Send(times, [1, 2, 3]);

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private void Send(int times, byte[] datagram)
    {
        for (int i = 0; i < times; i++)
        {
            _socket.SendTo(datagram, _helper);
        }
    }
}
