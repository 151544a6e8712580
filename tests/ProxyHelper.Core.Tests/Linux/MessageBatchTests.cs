using System.Net;
using System.Net.Sockets;
using System.Text;
using ProxyHelper.Linux;
using Xunit;

namespace ProxyHelper.Tests.Linux;

public sealed class MessageBatchTests
{
    private const int Patience = 60_000; // milliseconds; the events happen at once
    private const int DataSize = 8;

    [Fact]
    public void Datagrams_of_several_senders_return_to_their_senders()
    {
        using LinuxSocket server = Bind(out IPEndPoint address);
        using Socket first = Connect(address), second = Connect(address);
        var batch = new MessageBatch(4, DataSize);
        Socket[] clients = [first, second];
        for (int round = 0; round < 4; round++) // each slot gets short and long datagrams
        {
            string[] texts = round % 2 == 0 ? ["one", "number 2"] : ["number 1", "two"];
            SendText(first, texts[0]);
            SendText(second, texts[1]);
            ReceiveAll(server, batch, 2);
            Assert.Equal(
                clients.Select(client => ((IPEndPoint)client.LocalEndPoint!).Port),
                [Port(batch.Address(0)), Port(batch.Address(1))]);
            batch.Reply(1, texts[1].Length, 0);
            batch.Reply(0, texts[0].Length, 0);
            Assert.Equal(2, batch.Outgoing);
            Assert.Equal(2, batch.Send(server));
            Assert.Equal(0, batch.Outgoing);
            Assert.Equal(texts, clients.Select(ReceiveText));
        }
    }

    [Fact]
    public void Only_a_datagram_longer_than_its_slot_is_truncated()
    {
        using LinuxSocket server = Bind(out IPEndPoint address);
        using Socket client = Connect(address);
        SendText(client, "nine long");
        SendText(client, "8 long..");
        SendText(client, string.Empty);
        var batch = new MessageBatch(4, DataSize);
        ReceiveAll(server, batch, 3);

        Assert.Equal([true, false, false], [batch.IsTruncated(0), batch.IsTruncated(1), batch.IsTruncated(2)]);
        Assert.Equal(["nine lon", "8 long..", string.Empty], [Text(batch, 0), Text(batch, 1), Text(batch, 2)]);
    }

    [Theory]
    [InlineData(32, false)] // a header of 16 bytes, in_pktinfo of 12, padding of 4
    [InlineData(16, true)]
    public void Control_data_longer_than_its_slot_are_truncated(int controlSize, bool isTruncated)
    {
        using LinuxSocket server = Bind(out IPEndPoint address);
        server.SetOption(SocketOption.PacketInfo, 1);
        using Socket client = Connect(address);
        SendText(client, "hello");
        var batch = new MessageBatch(1, DataSize, controlSize);
        ReceiveAll(server, batch, 1);

        Assert.Equal(isTruncated, batch.IsTruncated(0));
        Assert.Equal("hello", Text(batch, 0));
    }

    [Fact]
    public void Datagrams_without_a_slot_stay_for_the_next_call()
    {
        using LinuxSocket server = Bind(out IPEndPoint address);
        using Socket client = Connect(address);
        string[] sent = ["a", "b", "c", "d", "e"];
        Array.ForEach(sent, text => SendText(client, text));
        var batch = new MessageBatch(2, DataSize);
        List<string> received = [];
        while (received.Count < sent.Length)
        {
            Assert.True(new PollSet(server).Wait(Patience));
            int count = batch.Receive(server, 0, batch.Slots, "test");
            Assert.InRange(count, 1, 2);
            received.AddRange(Enumerable.Range(0, count).Select(slot => Text(batch, slot)));
        }

        Assert.Equal(sent, received);
        Assert.Equal(0, batch.Receive(server, 0, batch.Slots, "test"));
    }

    [Fact]
    public void A_datagram_that_the_kernel_refuses_ends_the_call_and_the_others_can_be_sent_again()
    {
        using LinuxSocket server = Bind(out IPEndPoint address);
        using Socket client = Connect(address);
        var batch = new MessageBatch(3, dataSize: 66_000);
        Array.ForEach(["a", "b", "c"], text => SendText(client, text));
        ReceiveAll(server, batch, 3);
        batch.Reply(0, 1, 0);
        batch.Reply(1, 65_999, 0); // longer than any UDP datagram
        batch.Reply(2, 1, 0);

        Assert.Equal(1, batch.Send(server)); // the kernel stops at the reply that it refuses
        batch.Reply(1, 65_999, 0);
        batch.Reply(2, 1, 0);
        Assert.Equal(-1, batch.Send(server));
        batch.Reply(2, 1, 0);
        Assert.Equal(1, batch.Send(server));
        Assert.Equal("a", ReceiveText(client));
        Assert.Equal("c", ReceiveText(client));
    }

    private static LinuxSocket Bind(out IPEndPoint address)
    {
        LinuxSocket socket = LinuxSocket.Open(SocketKind.Udp);
        Span<byte> name = [2, 0, 0, 0, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]; // sockaddr_in of 127.0.0.1, any port
        socket.Bind(name, "test socket");
        socket.ReadLocalAddress(name);
        address = new IPEndPoint(IPAddress.Loopback, Port(name));
        return socket;
    }

    private static Socket Connect(IPEndPoint address)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.ReceiveTimeout = Patience;
        socket.Connect(address);
        return socket;
    }

    private static void ReceiveAll(LinuxSocket socket, MessageBatch batch, int count)
    {
        int received = 0;
        while (received < count)
        {
            Assert.True(new PollSet(socket).Wait(Patience));
            received += batch.Receive(socket, received, batch.Slots, "test");
        }
    }

    private static void SendText(Socket socket, string text) => socket.Send(Encoding.ASCII.GetBytes(text));

    private static string ReceiveText(Socket socket)
    {
        Span<byte> buffer = stackalloc byte[100];
        return Encoding.ASCII.GetString(buffer[..socket.Receive(buffer)]);
    }

    private static string Text(MessageBatch batch, int slot) => Encoding.ASCII.GetString(batch.Data(slot));

    private static int Port(ReadOnlySpan<byte> address) => (address[2] << 8) | address[3];
}
