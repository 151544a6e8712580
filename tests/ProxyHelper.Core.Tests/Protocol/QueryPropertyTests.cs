using CsCheck;
using ProxyHelper.Protocol;
using Xunit;

namespace ProxyHelper.Tests.Protocol;

public sealed class QueryPropertyTests
{
    [Fact]
    public void Any_query_is_read_as_it_was_written() => Generators.Query.Sample(
        query =>
        {
            byte[] datagram = new byte[66];
            query.Write(datagram);
            return Query.TryRead(datagram, out Query read, out QueryFault fault) && read == query
                && fault == QueryFault.None;
        },
        iter: 10_000);

    [Fact]
    public void Unused_bytes_do_not_change_a_query() => Gen.Select(Generators.Query, Gen.Byte.Array[38]).Sample(
        (query, unused) =>
        {
            byte[] datagram = new byte[66];
            query.Write(datagram);
            unused.CopyTo(datagram, 28);
            return Query.TryRead(datagram, out Query read, out _) && read == query;
        },
        iter: 10_000);
}
