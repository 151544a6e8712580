using System.Net.Sockets;
using ProxyHelper.Addresses;

namespace ProxyHelper.TestSupport.Pair;

/// <summary>Represents a user's connection: both ends as the user and as the proxy see them.</summary>
/// <param name="user">The user, which is the source before NAT.</param>
/// <param name="server">The mail server, which is the destination before NAT.</param>
/// <param name="source">The source that the proxy sees.</param>
/// <param name="destination">The destination that the proxy sees, which is its own end point.</param>
internal sealed class MailConnection(
    TransportEndPoint user, TransportEndPoint server, TransportEndPoint source, TransportEndPoint destination)
{
    private int _round;

    /// <summary>Gets the source that the proxy sees.</summary>
    public TransportEndPoint Source => source;

    /// <summary>Gets the socket of the user.</summary>
    public required Socket Socket { get; init; }

    /// <summary>Gets a query about the connection.</summary>
    public byte[] Query(uint cookie) => QueryDatagram.Query(source, destination, cookie: cookie);

    /// <summary>Returns the only right reply to a query.</summary>
    public byte[] RightReply(byte[] query) => QueryDatagram.Found(query, user, server);

    /// <summary>Sends a line and waits until the proxy has sent it back.</summary>
    /// <returns>Whether the line came back before the limit.</returns>
    public async Task<bool> EchoAsync(CancellationToken limit)
    {
        byte[] line = System.Text.Encoding.ASCII.GetBytes($"{++_round:D7}\n");
        byte[] echo = new byte[line.Length];
        try
        {
            await Socket.SendAsync(line, limit).ConfigureAwait(false);
            for (int received = 0; received < echo.Length;)
            {
                int count = await Socket.ReceiveAsync(echo.AsMemory(received), limit).ConfigureAwait(false);
                if (count == 0)
                {
                    return false;
                }

                received += count;
            }

            return echo.AsSpan().SequenceEqual(line);
        }
        catch (Exception failure) when (failure is SocketException or OperationCanceledException)
        {
            return false;
        }
    }
}
