using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ProxyHelper.EndToEnd;

/// <summary>
/// Queries the daemon as smtp-gated does. Over UDP the client has one cookie for its whole life and a new socket for
/// each query, and accepts every datagram with the cookie as the reply. Over TCP it accepts up to 1,023 bytes until the
/// end of the stream.
/// </summary>
internal static class SmtpGated
{
    private const int Sends = 3; // remote_udp_retries, which includes the first query
    private static readonly TimeSpan _timeout = TimeSpan.FromSeconds(10); // timeout_lookup
    private static readonly IPEndPoint _helper = IPEndPoint.Parse("194.0.1.1:114");

    /// <summary>Queries a connection that the proxy on this host accepted.</summary>
    /// <returns>The whole reply.</returns>
    public static async Task<byte[]> QueryUdpAsync(NetworkHost proxy, UserConnection connection)
    {
        byte[] query = QueryDatagram.Query(connection.Source, connection.Destination);
        using Socket socket = Open(proxy, connection, SocketType.Dgram);
        for (int send = 0; send < Sends; send++)
        {
            await socket.SendToAsync(query, _helper, Patience.Token());
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
        using Socket socket = Open(proxy, connection, SocketType.Stream);
        using var patience = new CancellationTokenSource(_timeout);
        await socket.ConnectAsync(_helper, patience.Token);
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

    private static Socket Open(NetworkHost proxy, UserConnection connection, SocketType type) =>
        proxy.OpenSocket(new IPEndPoint(connection.Destination.ToIPEndPoint().Address, 0), type);

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
