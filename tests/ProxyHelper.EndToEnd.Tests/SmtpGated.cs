using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace ProxyHelper.EndToEnd;

/// <summary>
/// A client that behaves like smtp-gated, and is as easily deceived: one cookie for its whole life, a new socket for each query,
/// and any datagram with that cookie is taken for the answer.
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
