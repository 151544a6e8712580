using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using ProxyHelper.Addresses;

namespace ProxyHelper.EndToEnd.ManyRouters;

/// <summary>
/// Represents a proxy with smtp-gated's behaviour: it accepts connections, looks up each one on the router that the
/// connection came from, and applies the limits of its settings.
/// </summary>
internal sealed class GatedProxy : IDisposable
{
    private readonly Socket _listener;
    private readonly ConcurrentBag<Socket> _sockets = [];
    private readonly ConcurrentDictionary<string, int> _perHost = [], _perIdent = [];

    public GatedProxy(NetworkHost host, string address, GatedSettings settings)
    {
        Host = host;
        Address = address;
        Settings = settings;
        _listener = host.OpenSocket(new IPEndPoint(IPAddress.Parse(address), settings.Port), SocketType.Stream);
        _listener.Listen(1000);
    }

    /// <summary>Gets the host.</summary>
    public NetworkHost Host { get; }

    /// <summary>Gets the address of the proxy.</summary>
    public string Address { get; }

    /// <summary>Gets the settings of smtp-gated.</summary>
    public GatedSettings Settings { get; }

    /// <summary>Gets the number of connections for each ident.</summary>
    public IReadOnlyDictionary<string, int> ConnectionsByIdent => _perIdent;

    /// <summary>
    /// Accepts connections until the token is cancelled. Writes each connection after the proxy has looked it up.
    /// </summary>
    public async Task AcceptAsync(ChannelWriter<GatedConnection> connections, CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                Socket socket = await _listener.AcceptAsync(cancellation);
                _sockets.Add(socket);
                _ = HandleAsync(socket, connections);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    /// <summary>Opens a socket for queries, which receives only what one helper sends.</summary>
    public Socket OpenSocket(string helper)
    {
        Socket socket = Host.OpenSocket(new IPEndPoint(IPAddress.Parse(Address), 0), SocketType.Dgram);
        socket.Connect(helper, 114);
        return socket;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _listener.Dispose();
        foreach (Socket socket in _sockets)
        {
            socket.Dispose();
        }
    }

    /// <summary>Looks up a connection at once, and then reads the truth, which the user sends.</summary>
    private async Task HandleAsync(Socket socket, ChannelWriter<GatedConnection> connections)
    {
        try
        {
            var source = TransportEndPoint.Parse($"{socket.RemoteEndPoint}");
            var destination = TransportEndPoint.Parse($"{socket.LocalEndPoint}");
            Count(_perHost, source.Address, Settings.MaxPerHost, "max_per_host");
            byte[] reply = await SmtpGated.QueryUdpAsync(Host, source, destination);
            string ident = Encoding.ASCII.GetString(reply, 28, 32).TrimEnd('\0');
            Count(_perIdent, ident, Settings.MaxPerIdent, "max_per_ident");
            string[] words = (await ReadLineAsync(socket)).Split(' ');
            await connections.WriteAsync(new GatedConnection(
                words[0], TransportEndPoint.Parse(words[1]), TransportEndPoint.Parse(words[2]), source, destination,
                reply));
        }
#pragma warning disable CA1031 // the reader of the channel gets the exception
        catch (Exception failure)
#pragma warning restore CA1031
        {
            connections.TryComplete(failure);
        }
    }

    private static void Count(ConcurrentDictionary<string, int> counts, string key, int limit, string setting)
    {
        if (counts.AddOrUpdate(key, 1, (_, count) => count + 1) > limit)
        {
            throw new InvalidOperationException($"smtp-gated rejects a connection of {key}: {setting} is {limit}.");
        }
    }

    private static async Task<string> ReadLineAsync(Socket socket)
    {
        byte[] buffer = new byte[256];
        int length = 0;
        do
        {
            int received = await socket.ReceiveAsync(buffer.AsMemory(length), Patience.Token());
            length += received > 0 ? received : throw new EndOfStreamException("The user closed the connection.");
        }
        while (buffer[length - 1] != '\n');
        return Encoding.ASCII.GetString(buffer, 0, length - 1);
    }
}

/// <summary>Represents a connection that a proxy accepted, what the helper replied, and the truth.</summary>
/// <param name="Network">The name of the user's network, which the user sent over the connection.</param>
/// <param name="User">The original source, which the user sent over the connection.</param>
/// <param name="Server">The original destination, which the user sent over the connection.</param>
/// <param name="Source">The translated source, which the proxy sees.</param>
/// <param name="Destination">The translated destination, which is the proxy.</param>
/// <param name="Reply">The reply of the helper.</param>
internal sealed record GatedConnection(
    string Network, TransportEndPoint User, TransportEndPoint Server, TransportEndPoint Source,
    TransportEndPoint Destination, byte[] Reply)
{
    /// <summary>Gets the query of the proxy.</summary>
    public byte[] Query => QueryDatagram.Query(Source, Destination);

    /// <summary>Gets whether the reply is "not found".</summary>
    public bool IsNotFound => Reply[15] == 0x22;

    /// <summary>Returns whether the reply names a user and the server that the user called, byte for byte.</summary>
    public bool Names(TransportEndPoint user) =>
        Reply.AsSpan().SequenceEqual(QueryDatagram.Found(Query, user, Server));

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Network} {User} -> {Server}, {Source} -> {Destination}: {Convert.ToHexString(Reply)}";
}
