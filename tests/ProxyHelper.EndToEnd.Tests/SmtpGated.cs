using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ProxyHelper.Addresses;

namespace ProxyHelper.EndToEnd;

/// <summary>
/// Queries the daemon as smtp-gated does. Over UDP the client has one cookie for its whole life and a new socket for
/// each query, and accepts every datagram with the cookie as the reply. Over TCP it accepts up to 1,023 bytes until the
/// end of the stream.
/// </summary>
internal static class SmtpGated
{
    private const int RemotePort = 114; // remote_port
    private const int Sends = 3; // remote_udp_retries, which includes the first query
    private static readonly TimeSpan _timeout = TimeSpan.FromSeconds(10); // timeout_lookup

    /// <summary>Queries a connection that the proxy on this host accepted.</summary>
    /// <returns>The whole reply.</returns>
    public static Task<byte[]> QueryUdpAsync(NetworkHost proxy, UserConnection connection) =>
        QueryUdpAsync(proxy, connection.Source, connection.Destination);

    /// <summary>Queries a connection by the source and destination that the proxy sees.</summary>
    /// <returns>The whole reply.</returns>
    public static async Task<byte[]> QueryUdpAsync(
        NetworkHost proxy, TransportEndPoint source, TransportEndPoint destination)
    {
        byte[] query = QueryDatagram.Query(source, destination);
        using Socket socket = Open(proxy, destination, SocketType.Dgram);
        for (int send = 0; send < Sends; send++)
        {
            await socket.SendToAsync(query, Helper(source), Patience.Token());
            if (await ReceiveAsync(socket) is { } reply)
            {
                return reply;
            }
        }

        throw new TimeoutException($"{Sends} queries from {socket.LocalEndPoint} got no reply.");
    }

    /// <summary>Queries over TCP, as in mode remote: the accepting address sends the two ports.</summary>
    /// <returns>The whole reply.</returns>
    public static async Task<string> QueryTcpAsync(NetworkHost proxy, UserConnection connection)
    {
        using Socket socket = Open(proxy, connection.Destination, SocketType.Stream);
        using var patience = new CancellationTokenSource(_timeout);
        await socket.ConnectAsync(Helper(connection.Source), patience.Token);
        byte[] query = Encoding.ASCII.GetBytes($"{connection.Source.Port} , {connection.Destination.Port}\r\n");
        await socket.SendAsync(query, patience.Token);
        byte[] buffer = new byte[1023];
        int length = 0, received;
        do
        {
            received = await socket.ReceiveAsync(buffer.AsMemory(length), patience.Token);
            length += received;
        }
        while (received > 0 && length < buffer.Length);

        return Encoding.ASCII.GetString(buffer, 0, length);
    }

    /// <summary>Returns the helper to ask, which is on the router that the connection came from.</summary>
    private static IPEndPoint Helper(TransportEndPoint source) => new(source.ToIPEndPoint().Address, RemotePort);

    private static Socket Open(NetworkHost proxy, TransportEndPoint destination, SocketType type) =>
        proxy.OpenSocket(new IPEndPoint(destination.ToIPEndPoint().Address, 0), type);

    private static async Task<byte[]?> ReceiveAsync(Socket socket)
    {
        byte[] buffer = new byte[256];
        using var patience = new CancellationTokenSource(_timeout);
        try
        {
            while (true)
            {
                int length = await socket.ReceiveAsync(buffer, patience.Token);
                if (length >= 8 && BinaryPrimitives.ReadUInt32BigEndian(buffer.AsSpan(4)) == QueryDatagram.Cookie)
                {
                    return buffer[..length];
                }
            }
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }
}
