using ProxyHelper.Netlink;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.Tests.Netlink;

public sealed class NetlinkWriterTests
{
    [Fact]
    public void A_request_is_written_byte_for_byte()
    {
        byte[] expected = Bytes.Of("""
            48000000 0101 0100 07000000 00000000    # nlmsghdr: 72 bytes, IPCTNL_MSG_CT_GET, NLM_F_REQUEST, sequence 7
            02 00 0000                              # nfgenmsg: AF_INET
            3400 0280                               # CTA_TUPLE_REPLY, nested
              1400 0180                             #   CTA_TUPLE_IP
                0800 0100 C2001609                  #     from 194.0.22.9
                0800 0200 C2000101                  #     to 194.0.1.1
              1C00 0280                             #   CTA_TUPLE_PROTO
                0500 0100 06 000000                 #     TCP
                0600 0200 23EF 0000                 #     port 9199
                0600 0300 4E97 0000                 #     port 20119
            """);

        byte[] buffer = Stale(256);
        var writer = new NetlinkWriter(buffer);
        ConntrackMessage.WriteGet(
            ref writer, 7, ConntrackFlow.Tcp("10.1.1.1:10943", "4.1.1.1:25", "194.0.22.9:9199", "194.0.1.1:20119"));

        Assert.Equal(expected, buffer[..writer.Length]);
    }

    [Fact]
    public void Messages_follow_one_another_and_replace_old_bytes_of_the_buffer()
    {
        byte[] buffer = Stale(128);
        var writer = new NetlinkWriter(buffer);
        for (uint sequence = 1; sequence <= 2; sequence++)
        {
            writer.BeginMessage(0x101, 1, sequence);
            writer.Header(4)[0] = 2;
            writer.Attribute(5, 3)[0] = 0xAB;
            writer.EndMessage();
        }

        Assert.Equal(
            Bytes.Of("""
                1C000000 0101 0100 01000000 00000000 02000000 0700 0500 AB0000 00
                1C000000 0101 0100 02000000 00000000 02000000 0700 0500 AB0000 00
                """),
            buffer[..writer.Length]);
    }

    [Fact]
    public void A_buffer_that_is_too_small_is_an_exception_and_is_not_overrun()
    {
        ConntrackFlow flow = ConntrackFlow.Tcp("10.1.1.1:10943", "4.1.1.1:25");
        for (int size = 0; size < 72; size++)
        {
            byte[] buffer = Stale(80);
            int room = size;
            Assert.Throws<ArgumentOutOfRangeException>(() =>
            {
                var writer = new NetlinkWriter(buffer.AsSpan(0, room));
                ConntrackMessage.WriteGet(ref writer, 7, flow);
            });
            Assert.All(buffer[size..], value => Assert.Equal(0xEE, value));
        }
    }

    [Fact]
    public void Random_messages_are_read_as_they_were_written()
    {
        var random = new Random(20119);
        byte[] buffer = new byte[4096];
        for (int round = 0; round < 10_000; round++)
        {
            var writer = new NetlinkWriter(buffer);
            ushort type = (ushort)random.Next(ushort.MaxValue + 1);
            writer.BeginMessage(type, 1, (uint)round);
            List<(ushort Type, byte[] Value)> written = [];
            int nested = writer.BeginNested(9);
            for (int count = random.Next(12); count > 0; count--)
            {
                byte[] value = new byte[random.Next(40)];
                random.NextBytes(value);
                written.Add(((ushort)random.Next(0x4000), value));
                value.CopyTo(writer.Attribute(written[^1].Type, value.Length));
            }

            writer.EndNested(nested);
            writer.EndMessage();
            AssertReadsAs(buffer.AsSpan(0, writer.Length), type, (uint)round, written);
        }
    }

    private static void AssertReadsAs(
        ReadOnlySpan<byte> bytes, ushort type, uint sequence, List<(ushort Type, byte[] Value)> written)
    {
        var messages = new NetlinkMessageReader(bytes);
        Assert.True(messages.MoveNext());
        Assert.Equal((type, sequence), (messages.Current.Type, messages.Current.Sequence));
        var outer = new NetlinkAttributes(messages.Current.Payload);
        Assert.True(outer.MoveNext());
        Assert.Equal(9, outer.Type);
        NetlinkAttributes inner = outer.Children;
        foreach ((ushort expected, byte[] value) in written)
        {
            Assert.True(inner.MoveNext());
            Assert.Equal(expected, inner.Type);
            Assert.True(inner.Bytes.SequenceEqual(value));
        }

        Assert.False(inner.MoveNext() || outer.MoveNext() || messages.MoveNext());
        Assert.False(inner.IsFaulted || outer.IsFaulted || messages.IsFaulted);
    }

    private static byte[] Stale(int size)
    {
        byte[] bytes = new byte[size];
        bytes.AsSpan().Fill(0xEE);
        return bytes;
    }
}
