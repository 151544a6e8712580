using ProxyHelper.Netlink;
using Xunit;

namespace ProxyHelper.Tests.Netlink;

public sealed class NetlinkMessageReaderTests
{
    [Fact]
    public void An_empty_datagram_has_no_message_and_no_fault()
    {
        var reader = new NetlinkMessageReader([]);
        Assert.False(reader.MoveNext());
        Assert.False(reader.IsFaulted);
    }

    [Fact]
    public void Two_messages_with_padding_are_read_in_order()
    {
        var reader = new NetlinkMessageReader(Bytes.Of("""
            11000000 0200 0100 07000000 00000000 AB 000000  # 17 bytes, and three of padding
            10000000 0300 0200 08000000 00000000            # 16 bytes, NLMSG_DONE
            """));

        Assert.True(reader.MoveNext());
        Assert.Equal(
            (NetlinkMessage.ErrorType, 1, 7u), (reader.Current.Type, reader.Current.Flags, reader.Current.Sequence));
        Assert.Equal([0xAB], reader.Current.Payload.ToArray());
        Assert.Equal((0, 20), (reader.Offset, reader.NextOffset));

        Assert.True(reader.MoveNext());
        Assert.Equal(
            (NetlinkMessage.DoneType, 2, 8u), (reader.Current.Type, reader.Current.Flags, reader.Current.Sequence));
        Assert.True(reader.Current.Payload.IsEmpty);
        Assert.Equal(20, reader.Offset);

        Assert.False(reader.MoveNext());
        Assert.False(reader.IsFaulted);
    }

    [Fact]
    public void A_reader_can_start_at_a_later_message()
    {
        byte[] datagram = [.. KernelAnswer.Found, .. Bytes.Of("10000000 0300 0200 08000000 00000000")];
        var reader = new NetlinkMessageReader(datagram, offset: KernelAnswer.Found.Length);
        Assert.True(reader.MoveNext());
        Assert.Equal(NetlinkMessage.DoneType, reader.Current.Type);
    }

    [Fact]
    public void A_start_after_the_end_is_the_end()
    {
        var reader = new NetlinkMessageReader(KernelAnswer.Found, offset: KernelAnswer.Found.Length + 1);
        Assert.False(reader.MoveNext());
        Assert.False(reader.IsFaulted);
    }

    [Fact]
    public void The_last_message_can_have_no_padding()
    {
        var reader = new NetlinkMessageReader(Bytes.Of("11000000 0200 0000 07000000 00000000 AB"));
        Assert.True(reader.MoveNext());
        Assert.Equal(1, reader.Current.Payload.Length);
        Assert.False(reader.MoveNext());
        Assert.False(reader.IsFaulted);
    }

    [Theory]
    [InlineData("00000000")] // would be an endless loop
    [InlineData("0F000000")] // one less than a header
    [InlineData("15000000")] // one more than the data
    [InlineData("FFFFFF7F")] // int.MaxValue: aligned it is negative
    [InlineData("00000080")] // int.MinValue
    [InlineData("FCFFFFFF")] // -4
    [InlineData("FFFFFFFF")]
    public void An_impossible_length_is_a_fault_and_the_end(string length)
    {
        var reader = new NetlinkMessageReader(Bytes.Of(length + "0200 0000 07000000 00000000 01020304"));
        Assert.False(reader.MoveNext());
        Assert.True(reader.IsFaulted);
        Assert.False(reader.MoveNext());
    }

    [Fact]
    public void A_malformed_message_after_a_good_message_is_the_end()
    {
        var reader = new NetlinkMessageReader([.. KernelAnswer.Found, 0x10, 0, 0]);
        Assert.True(reader.MoveNext());
        Assert.False(reader.MoveNext());
        Assert.True(reader.IsFaulted);
    }

    [Fact]
    public void A_real_answer_is_read_and_every_shorter_prefix_is_a_fault()
    {
        for (int length = 1; length <= KernelAnswer.Found.Length; length++)
        {
            bool isWhole = length == KernelAnswer.Found.Length;
            var reader = new NetlinkMessageReader(KernelAnswer.Found.AsSpan(0, length));
            Assert.True(isWhole == reader.MoveNext(), $"the first {length} bytes");
            Assert.True(isWhole != reader.IsFaulted, $"the first {length} bytes");
        }
    }
}
