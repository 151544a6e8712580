using System.Text;
using ProxyHelper.Addresses;
using ProxyHelper.Protocol;
using Xunit;

namespace ProxyHelper.Tests.Protocol;

public sealed class LineReplyTests
{
    private const string Found = "20119 , 9199 : ORIGIN : 4.1.1.1 : 25 : 10.1.1.1\r\n";

    private static readonly LineQuery _query = new(20119, 9199);
    private static readonly TransportEndPoint _server = TransportEndPoint.Parse("4.1.1.1:25");

    [Theory]
    [InlineData(IdentFormat.Address, "10.1.1.1:10943", "10.1.1.1")]
    [InlineData(IdentFormat.Endpoint, "10.1.1.1:10943", "10.1.1.1:10943")]
    [InlineData(IdentFormat.None, "10.1.1.1:10943", "-")]
    [InlineData(IdentFormat.Address, "255.255.255.255:65535", "255.255.255.255")]
    [InlineData(IdentFormat.Endpoint, "255.255.255.255:6553", "255.255.255.255:6553")]
    [InlineData(IdentFormat.Endpoint, "255.255.255.255:65535", "255.255.255.255:6553")] // cut to 20 characters
    public void The_documented_reply_is_written_with_an_ident_of_one_word(IdentFormat format, string user, string ident)
    {
        Span<byte> line = stackalloc byte[LineReply.MaxWriteLength];
        int length = LineReply.WriteFound(line, _query, TransportEndPoint.Parse(user), _server, format);
        Assert.Equal($"20119 , 9199 : ORIGIN : 4.1.1.1 : 25 : {ident}\r\n", Encoding.ASCII.GetString(line[..length]));
    }

    [Fact]
    public void The_longest_reply_fits()
    {
        Span<byte> line = stackalloc byte[LineReply.MaxWriteLength];
        var longest = TransportEndPoint.Parse("255.255.255.255:65535");
        int length = LineReply.WriteFound(line, new LineQuery(65535, 65535), longest, longest, IdentFormat.Endpoint);
        Assert.Equal(
            "65535 , 65535 : ORIGIN : 255.255.255.255 : 65535 : 255.255.255.255:6553\r\n",
            Encoding.ASCII.GetString(line[..length]));
    }

    [Theory]
    [InlineData(LineError.NoUser, "20119 , 9199 : ERROR : NO-USER\r\n")]
    [InlineData(LineError.InvalidPort, "20119 , 9199 : ERROR : INVALID-PORT\r\n")]
    [InlineData(LineError.UnknownError, "20119 , 9199 : ERROR : UNKNOWN-ERROR\r\n")]
    public void Errors_are_written_and_read(LineError error, string expected)
    {
        Span<byte> line = stackalloc byte[LineReply.MaxWriteLength];
        string written = Encoding.ASCII.GetString(line[..LineReply.WriteError(line, _query, error)]);
        Assert.Equal(expected, written);
        Assert.Equal(new LineReply(error, default, string.Empty), Read(written));
    }

    [Theory]
    [InlineData(Found)]
    [InlineData("20119,9199:ORIGIN:4.1.1.1:25:10.1.1.1\n")]
    [InlineData(" 20119\t,\t9199  :ORIGIN  :4.1.1.1\t: 25 :\t10.1.1.1 \r\n")]
    public void A_reply_is_read_in_each_form(string line) =>
        Assert.Equal(new LineReply(LineError.None, TransportEndPoint.Parse("4.1.1.1:25"), "10.1.1.1"), Read(line));

    [Theory]
    [InlineData("x", "x")]
    [InlineData("10.1.1.1:10943", "10.1.1.1:10943")]
    [InlineData("12345678901234567890", "12345678901234567890")]
    [InlineData("\u001b[2J", null)]
    [InlineData("a\u007fb", "a?b")]
    public void An_ident_is_one_word_without_control_characters(string ident, string? expected)
    {
        string line = $"20119 , 9199 : ORIGIN : 4.1.1.1 : 25 : {ident}\r\n";
        Assert.Equal(
            expected is not null, LineReply.TryRead(Encoding.UTF8.GetBytes(line), _query, out LineReply reply, out _));
        Assert.Equal(expected, reply.Ident);
    }

    [Theory]
    [InlineData("ERROR : HIDDEN-USER\r\n")]
    [InlineData("ERROR : X-\r\n")]
    public void Any_other_error_is_an_unknown_error(string rest) =>
        Assert.Equal(LineError.UnknownError, Read($"20119 , 9199 : {rest}").Error);

    [Theory]
    [InlineData("20119 , 9198 : ORIGIN : 4.1.1.1 : 25 : 10.1.1.1\r\n")]
    [InlineData("9199 , 20119 : ORIGIN : 4.1.1.1 : 25 : 10.1.1.1\r\n")]
    [InlineData("1 , 1 : ERROR : NO-USER\r\n")]
    public void The_reply_to_another_query_is_a_fault(string line) => AssertFault(ReplyFault.Port, line);

    [Theory]
    [InlineData("20119 , 9199\r\n")]
    [InlineData("20119 , 9199 : USERID : UNIX : root\r\n")]
    [InlineData("20119 , 9199 : origin : 4.1.1.1 : 25 : 10.1.1.1\r\n")]
    [InlineData("20119 , 9199 : ORIGIN : 4.1.1.1 : 25\r\n")]
    [InlineData("20119 , 9199 : ORIGIN : 4.1.1.1 : 25 :\r\n")]
    [InlineData("20119 , 9199 : ORIGIN : 4.1.1.1 : 25 : two words\r\n")]
    [InlineData("20119 , 9199 : ORIGIN : 4.1.1.1 : 25 : 123456789012345678901\r\n")]
    [InlineData("20119 , 9199 : ORIGIN : 4.1.1.1 : 0 : 10.1.1.1\r\n")]
    [InlineData("20119 , 9199 : ORIGIN : 4.1.1.1 : 65536 : 10.1.1.1\r\n")]
    [InlineData("20119 , 9199 : ORIGIN : 4.1.1 : 25 : 10.1.1.1\r\n")]
    [InlineData("20119 , 9199 : ORIGIN : 04.1.1.1 : 25 : 10.1.1.1\r\n")]
    [InlineData("20119 , 9199 : ORIGIN : 4.1.1.256 : 25 : 10.1.1.1\r\n")]
    [InlineData("20119 , 9199 : ORIGIN : 111.111.111.1111 : 25 : 10.1.1.1\r\n")]
    [InlineData("20119 , 9199 : ORIGIN :  : 25 : 10.1.1.1\r\n")]
    [InlineData("20119 , 9199 : ERROR\r\n")]
    [InlineData("20119 , 9199 : ERROR :\r\n")]
    [InlineData("20119 , 9199 : ERROR : NO-USER NO-USER\r\n")]
    [InlineData("0 , 0 : ERROR : INVALID-PORT\r\n")] // the line that was sent was not a query
    [InlineData(Found + Found)]
    [InlineData("220 mail.example ESMTP\r\n")]
    public void A_line_of_another_form_is_not_a_reply(string line) => AssertFault(ReplyFault.Form, line);

    [Fact]
    public void No_shorter_prefix_of_a_reply_is_a_reply()
    {
        for (int length = 0; length < Found.Length; length++)
        {
            AssertFault(ReplyFault.Form, Found[..length]);
        }
    }

    [Theory]
    [InlineData(1023, ReplyFault.None)]
    [InlineData(1024, ReplyFault.Length)]
    public void A_reply_has_at_most_1023_bytes(int length, ReplyFault expected)
    {
        Assert.Equal(
            expected == ReplyFault.None,
            LineReply.TryRead(Encoding.ASCII.GetBytes(Found.PadLeft(length)), _query, out _, out ReplyFault fault));
        Assert.Equal(expected, fault);
    }

    private static LineReply Read(string line)
    {
        Assert.True(
            LineReply.TryRead(Encoding.ASCII.GetBytes(line), _query, out LineReply reply, out ReplyFault fault));
        Assert.Equal(ReplyFault.None, fault);
        return reply;
    }

    private static void AssertFault(ReplyFault expected, string line)
    {
        Assert.False(
            LineReply.TryRead(Encoding.ASCII.GetBytes(line), _query, out LineReply reply, out ReplyFault fault));
        Assert.Equal((expected, default), (fault, reply));
    }
}
