using ProxyHelper.Netlink;
using Xunit;

namespace ProxyHelper.Tests.Netlink;

public sealed class NetlinkAttributesTests
{
    [Fact]
    public void Values_are_read_in_network_byte_order()
    {
        var attributes = new NetlinkAttributes(Bytes.Of("""
            0500 0100 06 000000             # one byte
            0600 0200 2ABF 0000             # two
            0800 0700 0000012B              # four
            0C00 0900 0102030405060708      # eight
            0700 0A00 010203 00             # three
            """));

        Assert.True(attributes.MoveNext());
        Assert.Equal((1, 6), (attributes.Type, attributes.ReadByte()));
        Assert.True(attributes.MoveNext());
        Assert.Equal((2, 10943), (attributes.Type, attributes.ReadUInt16()));
        Assert.True(attributes.MoveNext());
        Assert.Equal((7, 299u), (attributes.Type, attributes.ReadUInt32()));
        Assert.True(attributes.MoveNext());
        Assert.Equal((9, 0x0102030405060708ul), (attributes.Type, attributes.ReadUInt64()));
        Assert.True(attributes.MoveNext());
        Assert.Equal([1, 2, 3], attributes.ReadBytes(3).ToArray());
        Assert.False(attributes.MoveNext());
        Assert.False(attributes.IsFaulted);
    }

    [Theory]
    [InlineData("0400 0180")] // NLA_F_NESTED
    [InlineData("0400 0140")] // NLA_F_NET_BYTEORDER
    [InlineData("0400 01C0")] // both
    public void A_type_is_read_without_its_flags(string attribute)
    {
        var attributes = new NetlinkAttributes(Bytes.Of(attribute));
        Assert.True(attributes.MoveNext());
        Assert.Equal(1, attributes.Type);
        Assert.True(attributes.Bytes.IsEmpty);
    }

    [Theory]
    [InlineData("00")] // less than a header
    [InlineData("040001")]
    [InlineData("0000 0100 01020304")] // would be an endless loop
    [InlineData("0300 0100 01020304")] // one less than a header
    [InlineData("0900 0100 01020304")] // one more than the data
    [InlineData("FFFF 0100 01020304")]
    public void An_impossible_length_is_a_fault_and_the_end(string bytes)
    {
        var attributes = new NetlinkAttributes(Bytes.Of(bytes));
        Assert.False(attributes.MoveNext());
        Assert.True(attributes.IsFaulted);
        Assert.False(attributes.MoveNext());
    }

    [Fact]
    public void The_last_attribute_can_have_no_padding()
    {
        var attributes = new NetlinkAttributes(Bytes.Of("0500 0100 06"));
        Assert.True(attributes.MoveNext());
        Assert.Equal(6, attributes.ReadByte());
        Assert.False(attributes.MoveNext());
        Assert.False(attributes.IsFaulted);
    }

    [Fact]
    public void A_nested_attribute_cannot_leave_its_parent()
    {
        var attributes = new NetlinkAttributes(Bytes.Of("""
            0C00 0180                       # 12 bytes, of which 8 are for children
              0C00 0100 0A010101            #   a child that claims 12
            0800 0700 0000012B              # what it would reach into
            """));

        Assert.True(attributes.MoveNext());
        NetlinkAttributes children = attributes.Children;
        Assert.False(children.MoveNext());
        Assert.True(children.IsFaulted);
        Assert.True(attributes.MoveNext());
        Assert.Equal(299u, attributes.ReadUInt32());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(9)]
    public void A_value_of_another_size_reads_as_zero_and_is_a_lasting_fault(int length)
    {
        IEnumerable<byte> value = Enumerable.Repeat((byte)0xFF, length);
        byte[] bytes = [(byte)(4 + length), 0, 1, 0, .. value, 0, 0, 0, 8, 0, 7, 0, 0, 0, 1, 43];
        Assert.Equal(0ul, ReadFirst(bytes, static (ref NetlinkAttributes attributes) => attributes.ReadByte()));
        Assert.Equal(0ul, ReadFirst(bytes, static (ref NetlinkAttributes attributes) => attributes.ReadUInt16()));
        Assert.Equal(0ul, ReadFirst(bytes, static (ref NetlinkAttributes attributes) => attributes.ReadUInt32()));
        Assert.Equal(0ul, ReadFirst(bytes, static (ref NetlinkAttributes attributes) => attributes.ReadUInt64()));
        Assert.Equal(
            0ul, ReadFirst(bytes, static (ref NetlinkAttributes attributes) => (ulong)attributes.ReadBytes(16).Length));
    }

    [Fact]
    public void After_a_fault_values_that_fit_also_read_as_zero()
    {
        var attributes = new NetlinkAttributes(Bytes.Of("0800 0700 0000012B"));
        Assert.True(attributes.MoveNext());
        Assert.Equal(0, attributes.ReadUInt16());
        Assert.Equal(0u, attributes.ReadUInt32());
    }

    [Fact]
    public void Every_prefix_of_real_attributes_ends_after_an_attribute_or_is_a_fault()
    {
        ReadOnlySpan<byte> real = KernelAnswer.Found.AsSpan(20); // after nlmsghdr and nfgenmsg
        HashSet<int> boundaries = [0];
        var whole = new NetlinkAttributes(real);
        for (int end = 0; whole.MoveNext();)
        {
            end += NetlinkAlignment.Align(4 + whole.Bytes.Length);
            boundaries.Add(end);
        }

        Assert.False(whole.IsFaulted);
        for (int length = 0; length <= real.Length; length++)
        {
            var attributes = new NetlinkAttributes(real[..length]);
            while (attributes.MoveNext())
            {
            }

            Assert.Equal(!boundaries.Contains(length), attributes.IsFaulted);
        }
    }

    private delegate ulong Read(ref NetlinkAttributes attributes);

    private static ulong ReadFirst(byte[] bytes, Read read)
    {
        var attributes = new NetlinkAttributes(bytes);
        Assert.True(attributes.MoveNext());
        ulong value = read(ref attributes);
        Assert.True(attributes.IsFaulted);
        Assert.False(attributes.MoveNext());
        return value;
    }
}
