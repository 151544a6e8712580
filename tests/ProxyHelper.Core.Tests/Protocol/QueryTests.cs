using ProxyHelper.Protocol;
using Xunit;

namespace ProxyHelper.Tests.Protocol;

public sealed class QueryTests
{
    [Fact]
    public void The_documented_query_is_read_and_written_byte_by_byte()
    {
        Assert.True(Query.TryRead(Datagrams.Query, out Query query, out QueryFault fault));
        Assert.Equal(
            (new Query(Datagrams.Cookie, 0, Datagrams.Source, Datagrams.Destination), QueryFault.None), (query, fault));
        byte[] written = new byte[66];
        written.AsSpan().Fill(0xFF); // the old bytes do not matter
        query.Write(written);
        Assert.Equal(Datagrams.Query, written);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65)]
    [InlineData(67)]
    [InlineData(1500)]
    [Trait("Promise", "socket-faults")]
    [Trait("Promise", "no-amplification")]
    public void Any_other_length_is_a_fault(int length) =>
        AssertFault(QueryFault.Length, Resize(Datagrams.Query, length));

    [Fact]
    public void Only_changes_in_magic_version_and_flags_are_faults()
    {
        for (int bit = 0; bit < 66 * 8; bit++)
        {
            byte[] datagram = Datagrams.Query;
            datagram[bit / 8] ^= (byte)(1 << (bit % 8));
            QueryFault expected = (bit / 8) switch
            {
                < 4 => QueryFault.Magic,
                12 or 13 => QueryFault.Version,
                14 or 15 => QueryFault.Flags,
                _ => QueryFault.None,
            };
            Assert.Equal(expected == QueryFault.None, Query.TryRead(datagram, out _, out QueryFault fault));
            Assert.Equal(expected, fault);
        }
    }

    [Fact]
    public void A_reply_is_not_a_query_so_that_helpers_never_answer_each_other()
    {
        AssertFault(QueryFault.Flags, Datagrams.Found);
        AssertFault(QueryFault.Flags, Datagrams.NotFound);
    }

    [Fact]
    public void The_first_fault_is_reported()
    {
        AssertFault(QueryFault.Magic, new byte[66]);
        AssertFault(QueryFault.Version, Datagrams.Query.With(12, 4, 1, 0, 2));
    }

    [Theory]
    [InlineData(65)]
    [InlineData(67)]
    public void A_query_is_written_to_exactly_sixty_six_bytes(int length) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => default(Query).Write(new byte[length]));

    internal static byte[] Resize(byte[] datagram, int length)
    {
        Array.Resize(ref datagram, length);
        return datagram;
    }

    private static void AssertFault(QueryFault expected, byte[] datagram)
    {
        Assert.False(Query.TryRead(datagram, out Query query, out QueryFault fault));
        Assert.Equal((expected, default), (fault, query));
    }
}
