using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ProxyHelper.EndToEnd;

/// <summary>
/// A client that behaves like smtp-gated, and is as easily deceived: one cookie for its whole life, a new socket for each query,
/// and any datagram with that cookie is taken for the answer; over TCP, whatever comes up to the end of the stream or 1,023 bytes.
/// </summary>
internal static class SmtpGated
{
    private const int Sends = 3; // remote_udp_retries, which counts the first one too
    private static readonly TimeSpan _timeout = TimeSpan.FromSeconds(10); // timeout_lookup
    private static readonly IPEndPoint _helper = IPEndPoint.Parse("194.0.1.1:114");

    /// <summary>Asks about a connection that the proxy on this host accepted.</summary>
    /// <returns>The whole answer.</returns>
    public static async Task<byte[]> AskAsync(NetworkHost proxy, UserConnection connection)
    {
        byte[] query = QueryDatagram.Query(connection.Source, connection.Destination);
        using Socket socket = proxy.OpenSocket(new IPEndPoint(connection.Destination.ToIPEndPoint().Address, 0), SocketType.Dgram);
        for (int send = 0; send < Sends; send++)
        {
            await socket.SendToAsync(query, _helper, Patience.Token());
            if (await ReceiveAsync(socket) is { } reply)
            {
                return reply;
            }
        }

        throw new TimeoutException($"{Sends} queries from {socket.LocalEndPoint} were not answered");
    }

    /// <summary>Asks over TCP, as in mode remote: from the accepting address, for the two ports, up to the end of the stream.</summary>
    /// <returns>The whole answer.</returns>
    public static async Task<string> AskOriginAsync(NetworkHost proxy, UserConnection connection)
    {
        using Socket socket = proxy.OpenSocket(new IPEndPoint(connection.Destination.ToIPEndPoint().Address, 0), SocketType.Stream);
        using var patience = new CancellationTokenSource(_timeout);
        await socket.ConnectAsync(_helper, patience.Token);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"{connection.Source.Port} , {connection.Destination.Port}\r\n"), patience.Token);
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
