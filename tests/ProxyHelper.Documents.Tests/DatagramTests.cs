using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ProxyHelper.Documents;

/// <summary>Tests the query and the reply that docs/reference/protocol.md shows byte by byte.</summary>
public sealed class DatagramTests
{
    private const int Size = 66;

    [Fact]
    public void The_query_that_is_shown_gets_the_reply_that_is_shown() => RouterSession.Run(session =>
    {
        string[] shown = Document.All.Single(document => document.Path == "docs/reference/protocol.md").Blocks
            .First(block => block.Language == "text").Text.Split("\n\n");
        session.One("Start-ProxyHelper 194.0.1.1 -Secret 12345");
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram,
            ProtocolType.Udp) { ReceiveTimeout = 60_000 };
        socket.Bind(IPEndPoint.Parse("194.0.22.9:0"));
        socket.SendTo(Read(shown[0]), IPEndPoint.Parse("194.0.1.1:114"));

        byte[] reply = new byte[2 * Size];
        int length = socket.Receive(reply.AsSpan());

        Assert.Equal(Convert.ToHexString(Read(shown[1])), Convert.ToHexString(reply, 0, length));
    });

    /// <summary>Reads lines that have an offset, bytes, and a remark. Bytes that no line has are zero.</summary>
    private static byte[] Read(string lines)
    {
        byte[] datagram = new byte[Size];
        foreach (string line in lines.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            int place = int.Parse(words[0], CultureInfo.InvariantCulture);
            foreach (string word in words.Skip(1)
                .TakeWhile(word => word.Length == 2 && word.All(char.IsAsciiHexDigitLower)))
            {
                datagram[place++] = byte.Parse(word, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            }
        }

        return datagram;
    }
}
