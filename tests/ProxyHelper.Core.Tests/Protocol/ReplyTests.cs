using ProxyHelper.Addresses;
using ProxyHelper.Protocol;
using Xunit;

namespace ProxyHelper.Tests.Protocol;

public sealed class ReplyTests
{
    [Fact]
    [Trait("Promise", "no-amplification")]
    public void The_documented_replies_are_written_byte_by_byte()
    {
        byte[] found = Datagrams.Query, notFound = Datagrams.Query;
        Reply.WriteFound(found, Datagrams.OriginalSource, Datagrams.OriginalDestination, IdentFormat.Address);
        Reply.WriteNotFound(notFound);
        Assert.Equal(Datagrams.Found, found);
        Assert.Equal(Datagrams.NotFound, notFound);
    }

    [Fact]
    public void The_documented_replies_are_read()
    {
        Assert.True(Reply.TryRead(Datagrams.Found, Datagrams.Cookie, out Reply found, out ReplyFault fault));
        Assert.Equal(
            new Reply(Datagrams.Cookie, true, Datagrams.OriginalSource, Datagrams.OriginalDestination, "10.1.1.1"),
            found);
        Assert.Equal(ReplyFault.None, fault);
        Assert.True(Reply.TryRead(Datagrams.NotFound, Datagrams.Cookie, out Reply notFound, out _));
        Assert.Equal((Datagrams.Cookie, false), (notFound.Cookie, notFound.IsFound));
    }

    [Fact]
    [Trait("Promise", "hidden-secret")]
    public void Neither_the_secret_nor_unused_bytes_of_the_query_are_sent_back()
    {
        byte[] query = Datagrams.QueryWithSecret(0xDEADBEEF);
        query.AsSpan(28).Fill(0xEE);
        byte[] found = [.. query], notFound = [.. query];
        Reply.WriteFound(found, Datagrams.OriginalSource, Datagrams.OriginalDestination, IdentFormat.Address);
        Reply.WriteNotFound(notFound);
        Assert.Equal(Datagrams.Found, found);
        Assert.Equal(Datagrams.NotFound, notFound);
    }

    [Theory]
    [InlineData(IdentFormat.Address, "10.1.1.1:20000", "10.1.1.1")]
    [InlineData(IdentFormat.Endpoint, "10.1.1.1:20000", "10.1.1.1:20000")]
    [InlineData(IdentFormat.None, "10.1.1.1:20000", "")]
    [InlineData(IdentFormat.Address, "255.255.255.255:65535", "255.255.255.255")]
    [InlineData(IdentFormat.Endpoint, "255.255.255.255:65535", "255.255.255.255:65535")]
    [InlineData(IdentFormat.Endpoint, "0.0.0.0:0", "0.0.0.0:0")]
    [Trait("Promise", "harmless-ident")]
    public void The_ident_has_the_chosen_format_and_is_safe_in_a_format_string(
        IdentFormat format, string user, string ident)
    {
        byte[] datagram = Datagrams.Query;
        datagram.AsSpan(28, 32).Fill((byte)'%');
        Reply.WriteFound(datagram, TransportEndPoint.Parse(user), Datagrams.OriginalDestination, format);
        Assert.True(Reply.TryRead(datagram, Datagrams.Cookie, out Reply reply, out _));
        Assert.Equal(ident, reply.Ident);
        Assert.All(datagram[(28 + ident.Length)..], padding => Assert.Equal(0, padding));
        Assert.DoesNotContain(datagram[28..60], character => character != 0 && !"0123456789.:"u8.Contains(character));
    }

    [Fact]
    public void Only_changes_in_magic_cookie_version_and_flags_are_faults()
    {
        for (int bit = 0; bit < 66 * 8; bit++)
        {
            byte[] datagram = Datagrams.Found;
            datagram[bit / 8] ^= (byte)(1 << (bit % 8));
            ReplyFault expected = (bit / 8) switch
            {
                < 4 => ReplyFault.Magic,
                < 8 => ReplyFault.Cookie,
                12 or 13 => ReplyFault.Version,
                14 or 15 => ReplyFault.Flags,
                _ => ReplyFault.None,
            };
            Assert.Equal(
                expected == ReplyFault.None, Reply.TryRead(datagram, Datagrams.Cookie, out _, out ReplyFault fault));
            Assert.Equal(expected, fault);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65)]
    [InlineData(67)]
    [InlineData(1500)]
    public void Any_other_length_is_a_fault(int length)
    {
        byte[] datagram = QueryTests.Resize(Datagrams.Found, length);
        Assert.False(Reply.TryRead(datagram, Datagrams.Cookie, out Reply reply, out ReplyFault fault));
        Assert.Equal((ReplyFault.Length, default), (fault, reply));
    }

    [Fact]
    public void A_query_is_not_a_reply()
    {
        Assert.False(Reply.TryRead(Datagrams.Query, Datagrams.Cookie, out _, out ReplyFault fault));
        Assert.Equal(ReplyFault.Flags, fault);
        // Found and not found.
        Assert.False(Reply.TryRead(Datagrams.Found.With(14, 0x00, 0x32), Datagrams.Cookie, out _, out fault));
        Assert.Equal(ReplyFault.Flags, fault);
    }

    [Fact]
    public void An_ident_that_fills_its_field_without_NUL_ends_with_the_field()
    {
        byte[] datagram = Datagrams.Found;
        datagram.AsSpan(28).Fill((byte)'x');
        Assert.True(Reply.TryRead(datagram, Datagrams.Cookie, out Reply reply, out _));
        Assert.Equal(new string('x', 32), reply.Ident);
    }

    [Fact]
    public void An_ident_of_another_helper_has_no_control_characters()
    {
        byte[] datagram = Datagrams.Found.With(28, 0x1b, 0x5b, 0x32, 0x4a, 0x07, 0x80, 0xff, 0x7f, 0x78, 0);
        Assert.True(Reply.TryRead(datagram, Datagrams.Cookie, out Reply reply, out _));
        Assert.Equal("?[2J????x", reply.Ident);
    }
}
