using System.Net;
using System.Net.Sockets;
using ProxyHelper.Addresses;
using ProxyHelper.Protocol;

namespace ProxyHelper.Tests.Relay;

/// <summary>Answers queries as a test wants, without a conntrack table, on a thread of its own.</summary>
internal sealed class ScriptedHelper : IDisposable
{
    public static readonly TransportEndPoint Site = TransportEndPoint.Parse("4.1.1.1:80");

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly Thread _thread;
    private volatile bool _isEnding;
    private volatile int _replies;

    /// <summary>Starts a helper at an address.</summary>
    public ScriptedHelper(string address)
    {
        _socket.Bind(new IPEndPoint(IPAddress.Parse(address), 114));
        _thread = new Thread(Run) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>
    /// Gets or sets what is replied: the original source and destination, or null for "not found". The default is the
    /// user 10.1.1.1 with the port that the router chose, on its way to 4.1.1.1:80.
    /// </summary>
    public Func<Query, (TransportEndPoint Source, TransportEndPoint Destination)?> Answer { get; set; } =
        query => (UserOf(query), Site);

    /// <summary>Gets or sets whether queries get a reply.</summary>
    public bool IsSilent { get; set; }

    /// <summary>Gets the number of replies that were sent.</summary>
    public int Replies => _replies;

    /// <summary>Returns the user 10.1.1.1 with the port of a query.</summary>
    public static TransportEndPoint UserOf(Query query) => new(IPv4Address.Parse("10.1.1.1"), query.Source.Port);

    public void Dispose()
    {
        _isEnding = true;
        _socket.SendTo([0], _socket.LocalEndPoint!); // ends the wait
        _thread.Join();
        _socket.Dispose();
    }

    private void Run()
    {
        Span<byte> datagram = stackalloc byte[128];
        var sender = new SocketAddress(AddressFamily.InterNetwork);
        while (!_isEnding)
        {
            int length = _socket.ReceiveFrom(datagram, SocketFlags.None, sender);
            if (!IsSilent && Query.TryRead(datagram[..length], out Query query, out _))
            {
                Write(datagram[..length], Answer(query));
                _socket.SendTo(datagram[..length], SocketFlags.None, sender);
                _replies++; // only this thread writes
            }
        }
    }

    private static void Write(Span<byte> datagram, (TransportEndPoint Source, TransportEndPoint Destination)? answer)
    {
        if (answer is { } found)
        {
            Reply.WriteFound(datagram, found.Source, found.Destination, IdentFormat.Address);
        }
        else
        {
            Reply.WriteNotFound(datagram);
        }
    }
}
