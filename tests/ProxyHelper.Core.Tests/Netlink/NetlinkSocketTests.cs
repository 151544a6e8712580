using System.Globalization;
using ProxyHelper.Linux;
using ProxyHelper.Netlink;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.Tests.Netlink;

/// <summary>Tests the socket with the real kernel, in a network namespace with an empty table.</summary>
public sealed class NetlinkSocketTests
{
    private const int Patience = 60_000; // milliseconds; the events happen at once

    [Fact]
    public void A_list_of_three_entries_has_three_entries_and_an_end() => NetworkNamespace.Run(() =>
    {
        using ConntrackFixture table = ConntrackFixture.Open();
        table.Add(
            ConntrackFlow.Tcp("10.1.1.1:1", "4.1.1.1:25"),
            ConntrackFlow.Udp("10.1.1.2:2", "4.1.1.1:53"),
            ConntrackFlow.Echo("10.1.1.3", "4.1.1.1", 3));
        using NetlinkSocket socket = NetlinkSocket.Open();
        uint sequence = SendDump(socket);

        List<string> sources = [];
        var answers = new MessageBatch(4, 32 * 1024);
        bool done = false;
        while (!done)
        {
            Assert.True(socket.Wait(Patience));
            int count = socket.Receive(answers, 0, max: 64);
            for (int slot = 0; slot < count; slot++)
            {
                done |= ReadEntries(answers.Data(slot), sequence, sources);
            }
        }

        Assert.Equal(["10.1.1.1", "10.1.1.2", "10.1.1.3"], sources.Order());
    });

    [Fact]
    public void Receiving_never_waits() => NetworkNamespace.Run(() =>
    {
        using NetlinkSocket socket = NetlinkSocket.Open();
        Assert.False(socket.Wait(0));
        Assert.Equal(0, socket.Receive(new MessageBatch(4, 8192), 0, max: 4));
    });

    [Fact]
    public void An_answer_longer_than_its_buffer_is_an_exception() => NetworkNamespace.Run(() =>
    {
        using NetlinkSocket socket = NetlinkSocket.Open();
        SendDump(socket); // the end message has 20 bytes
        NetlinkException exception = Assert.Throws<NetlinkException>(
            () => socket.Receive(new MessageBatch(1, 19), 0, max: 1));
        Assert.Equal(Errno.EMSGSIZE, exception.Errno);
    });

    [Fact]
    public void A_socket_stays_in_the_namespace_in_which_it_was_opened() => NetworkNamespace.Run(() =>
    {
        ConntrackFlow flow = ConntrackFlow.Tcp("10.1.1.1:1", "4.1.1.1:25");
        using ConntrackFixture outer = ConntrackFixture.Open();
        outer.Add(flow);
        NetworkNamespace.Run(() =>
        {
            using ConntrackFixture inner = ConntrackFixture.Open();
            Assert.Equal(Errno.ENOENT, Assert.Throws<NetlinkException>(() => inner.Delete(flow)).Errno);
            outer.Delete(flow);
        });
        Assert.Equal(Errno.ENOENT, Assert.Throws<NetlinkException>(() => outer.Delete(flow)).Errno);
    });

    [Fact]
    public void Only_the_kernel_can_send_to_the_socket() => NetworkNamespace.Run(() =>
    {
        const int connectionRefused = 111; // ECONNREFUSED
        using NetlinkSocket socket = NetlinkSocket.Open();
        using LinuxSocket other = LinuxSocket.Open(SocketKind.Netlink(NetlinkSocket.Netfilter));
        byte[] address = new byte[12]; // struct sockaddr_nl: family, padding, port id, groups
        address[0] = SocketKind.NetlinkFamily;
        BitConverter.TryWriteBytes(address.AsSpan(4), PortOfTheOnlySocket());
        other.Connect(address, "test socket");

        LinuxException exception = Assert.Throws<LinuxException>(() => other.Send(new byte[16], "forged answer"));

        Assert.Equal(connectionRefused, (int)exception.Errno);
        Assert.False(socket.Wait(0));
    });

    [Fact]
    public void Sequence_numbers_are_never_repeated() => NetworkNamespace.Run(() =>
    {
        using NetlinkSocket socket = NetlinkSocket.Open();
        Assert.Equal(
            [1u, 2u, 34u, 35u],
            [socket.TakeSequence(1), socket.TakeSequence(32), socket.TakeSequence(1), socket.TakeSequence(1)]);
    });

    private static uint PortOfTheOnlySocket() => File.ReadLines("/proc/thread-self/net/netlink")
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Where(columns => columns[1] == $"{NetlinkSocket.Netfilter}" && columns[2] != "0")
        .Select(columns => uint.Parse(columns[2], CultureInfo.InvariantCulture))
        .Single();

    private static uint SendDump(NetlinkSocket socket)
    {
        byte[] buffer = new byte[ConntrackMessage.LargestSize];
        var writer = new NetlinkWriter(buffer);
        uint sequence = socket.TakeSequence(1);
        ConntrackMessage.WriteDump(ref writer, sequence);
        socket.Send(buffer.AsSpan(0, writer.Length));
        return sequence;
    }

    private static bool ReadEntries(ReadOnlySpan<byte> datagram, uint sequence, List<string> sources)
    {
        bool done = false;
        var messages = new NetlinkMessageReader(datagram);
        while (messages.MoveNext())
        {
            Assert.Equal(sequence, messages.Current.Sequence);
            Assert.NotEqual(NetlinkMessage.ErrorType, messages.Current.Type);
            if (messages.Current.Type == NetlinkMessage.DoneType)
            {
                done = true;
                continue;
            }

            sources.Add(string.Join('.', messages.Current.Payload.Slice(16, 4).ToArray())); // as in KernelAnswer
        }

        Assert.False(messages.IsFaulted);
        return done;
    }
}
