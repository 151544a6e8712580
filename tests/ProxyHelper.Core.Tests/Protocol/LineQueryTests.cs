using System.Text;
using ProxyHelper.Protocol;
using Xunit;

namespace ProxyHelper.Tests.Protocol;

public sealed class LineQueryTests
{
    [Theory]
    [InlineData("20119 , 9199\r\n")]
    [InlineData("20119 , 9199\n")]
    [InlineData("20119,9199\r\n")]
    [InlineData("20119, 9199\n")]
    [InlineData(" \t20119\t ,\t 9199 \t\r\n")]
    public void The_documented_query_is_read_in_each_form(string line)
    {
        Assert.True(Read(line, out LineQuery query, out LineQueryFault fault));
        Assert.Equal((new LineQuery(20119, 9199), LineQueryFault.None), (query, fault));
    }

    [Theory]
    [InlineData("1,1\n", 1, 1)]
    [InlineData("65535,65535\n", 65535, 65535)]
    [InlineData("25 , 65535\r\n", 25, 65535)]
    public void Ports_are_1_to_65535(string line, ushort source, ushort destination)
    {
        Assert.True(Read(line, out LineQuery query, out _));
        Assert.Equal(new LineQuery(source, destination), query);
    }

    [Theory]
    [InlineData("0 , 9199\r\n")]
    [InlineData("20119 , 0\r\n")]
    [InlineData("65536 , 9199\r\n")]
    [InlineData("20119 , 65536\r\n")]
    [InlineData("20119 , 4294976495\r\n")] // 2^32 + 9199
    [InlineData("18446744073709571735 , 9199\r\n")] // 2^64 + 20119
    [InlineData("99999999999999999999999999999999999999999 , 9199\r\n")]
    [InlineData("020119 , 9199\r\n")]
    [InlineData("0x4e97 , 9199\r\n")]
    [InlineData("20119 , 09199\r\n")]
    public void A_number_that_is_not_a_port_is_a_fault(string line) => AssertFault(LineQueryFault.Port, line);

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData(",\n")]
    [InlineData("20119\r\n")]
    [InlineData("20119 ,\r\n")]
    [InlineData(", 9199\r\n")]
    [InlineData("20119 9199\r\n")]
    [InlineData("20119 ; 9199\r\n")]
    [InlineData("20119 , 9199 ,\r\n")]
    [InlineData("20119 , 9199 25\r\n")]
    [InlineData("20119 , 9199\r\r\n")]
    [InlineData("20119 , 9199\r \n")]
    [InlineData("20119 , 9199\0\r\n")]
    [InlineData("20119 , 9199\n\n")]
    [InlineData("-20119 , 9199\r\n")]
    [InlineData("+20119 , 9199\r\n")]
    [InlineData("20119.0 , 9199\r\n")]
    [InlineData("20 119 , 9199\r\n")]
    [InlineData("\v20119 , 9199\r\n")]
    [InlineData("\u00a020119 , 9199\r\n")]
    [InlineData("\u0662\u0660 , 9199\r\n")]
    [InlineData("GET / HTTP/1.1\r\n")]
    [InlineData("20119 , 9199 : ORIGIN : 4.1.1.1 : 25 : 10.1.1.1\r\n")]
    public void A_line_without_two_numbers_and_a_comma_is_a_fault(string line) =>
        AssertFault(LineQueryFault.Form, line);

    [Fact]
    public void No_shorter_prefix_of_a_query_is_a_query()
    {
        const string query = "20119 , 9199\r\n";
        for (int length = 0; length < query.Length; length++)
        {
            AssertFault(LineQueryFault.Unfinished, query[..length]);
        }
    }

    [Theory]
    [InlineData(1000, LineQueryFault.None)]
    [InlineData(1001, LineQueryFault.Unfinished)]
    public void A_line_has_at_most_a_thousand_bytes(int length, LineQueryFault expected)
    {
        Assert.Equal(
            expected == LineQueryFault.None, Read("1,1".PadRight(length - 1) + "\n", out _, out LineQueryFault fault));
        Assert.Equal(expected, fault);
    }

    [Fact]
    public void A_query_is_written_as_smtp_gated_writes_it()
    {
        Span<byte> line = stackalloc byte[15];
        Assert.Equal("20119 , 9199\r\n", Encoding.ASCII.GetString(line[..new LineQuery(20119, 9199).Write(line)]));
        Assert.Equal(15, new LineQuery(65535, 65535).Write(line));
        Assert.Throws<ArgumentException>(() => new LineQuery(65535, 65535).Write(new byte[14]));
    }

    private static bool Read(string line, out LineQuery query, out LineQueryFault fault) =>
        LineQuery.TryRead(Encoding.UTF8.GetBytes(line), out query, out fault);

    private static void AssertFault(LineQueryFault expected, string line)
    {
        Assert.False(Read(line, out LineQuery query, out LineQueryFault fault));
        Assert.Equal((expected, default), (fault, query));
    }
}
