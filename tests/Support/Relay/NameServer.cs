using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace ProxyHelper.TestSupport.Relay;

/// <summary>
/// Represents the name server of <see cref="RelayNetwork"/>. one.example is the first server, two.example is the second
/// server, and other names do not exist.
/// </summary>
internal sealed class NameServer : IDisposable
{
    private const int HeaderLength = 12;

    private readonly Socket _socket;

    private NameServer(Socket socket)
    {
        _socket = socket;
    }

    /// <summary>Gets the name of each server.</summary>
    public static IReadOnlyList<string> Names { get; } = ["one", "two"];

    /// <summary>Starts the name server.</summary>
    public static NameServer Start(RelayNetwork network)
    {
        var address = new IPEndPoint(IPAddress.Parse(RelayNetwork.DnsAddress), 53);
        var server = new NameServer(network.Servers.OpenSocket(address, SocketType.Dgram));
        _ = server.ServeAsync();
        return server;
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private async Task ServeAsync()
    {
        byte[] query = new byte[512];
        try
        {
            while (true)
            {
                SocketReceiveFromResult received =
                    await _socket.ReceiveFromAsync(query, new IPEndPoint(IPAddress.Any, 0));
                await _socket.SendToAsync(Reply(query.AsSpan(0, received.ReceivedBytes)), received.RemoteEndPoint);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The test has ended.
        }
    }

    /// <summary>Returns the reply to a query with one question (RFC 1035).</summary>
    private static byte[] Reply(ReadOnlySpan<byte> query)
    {
        int label = query[HeaderLength];
        string name = System.Text.Encoding.ASCII.GetString(query.Slice(HeaderLength + 1, label));
        int end = HeaderLength + query[HeaderLength..].IndexOf((byte)0) + 5;
        bool isAddress = BinaryPrimitives.ReadUInt16BigEndian(query[(end - 4)..]) == 1; // QTYPE A
        int server = Names.ToList().IndexOf(name);
        bool isFound = isAddress && server >= 0;
        byte status = (byte)(server >= 0 ? 0x80 : 0x83); // NOERROR or NXDOMAIN
        byte[] header = [.. query[..2], 0x81, status, 0, 1, 0, (byte)(isFound ? 1 : 0), 0, 0, 0, 0];
        byte[] address = isFound ? IPAddress.Parse(RelayNetwork.ServerAddresses[server]).GetAddressBytes() : [];
        byte[] answer = isFound ? [0xc0, HeaderLength, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, .. address] : [];
        return [.. header, .. query[HeaderLength..end], .. answer];
    }
}
