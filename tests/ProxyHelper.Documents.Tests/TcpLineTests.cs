using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ProxyHelper.Documents;

/// <summary>Tests the lines over TCP that docs/reference/protocol.md shows.</summary>
public sealed class TcpLineTests
{
    [Fact]
    public void The_query_that_is_shown_gets_the_answers_that_are_shown() => RouterSession.Run(session =>
    {
        string[] shown = [.. Document.All.Single(document => document.Path == "docs/reference/protocol.md").Blocks
            .Last(block => block.Language == "text").Text.Split('\n').Select(line => line.Split("   ")[0])];
        session.One("Start-ProxyHelper 194.0.1.1 -TcpPort 114");
        Assert.Equal($"{shown[1]}\r\n", Ask(shown[0]));
        using (ConntrackFixture table = ConntrackFixture.Open())
        {
            table.Delete(RouterFixture.UserConnection);
        }

        Assert.Equal($"{shown[2]}\r\n", Ask(shown[0]));
        Assert.Equal($"{shown[4]}\r\n", Ask("no query"));
    });

    private static string Ask(string line)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream,
            ProtocolType.Tcp) { ReceiveTimeout = 60_000 };
        socket.Bind(IPEndPoint.Parse("194.0.22.9:0"));
        socket.Connect(IPEndPoint.Parse("194.0.1.1:114"));
        socket.Send(Encoding.ASCII.GetBytes($"{line}\r\n"));
        using var stream = new NetworkStream(socket);
        using var reader = new StreamReader(stream, Encoding.ASCII);
        return reader.ReadToEnd();
    }
}
