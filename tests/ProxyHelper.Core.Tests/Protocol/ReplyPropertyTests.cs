using CsCheck;
using ProxyHelper.Protocol;
using Xunit;

namespace ProxyHelper.Tests.Protocol;

public sealed class ReplyPropertyTests
{
    [Fact]
    public void Any_original_ends_come_back_from_the_reply_with_the_ident_that_was_chosen() =>
        Gen.Select(Generators.Query, Generators.IPv4EndPoint, Generators.IPv4EndPoint, Gen.Enum<IdentFormat>()).Sample(
            (query, source, destination, format) =>
            {
                byte[] datagram = new byte[66];
                query.Write(datagram);
                Reply.WriteFound(datagram, source, destination, format);
                string ident = format switch
                {
                    IdentFormat.Address => source.Address,
                    IdentFormat.Endpoint => source.ToString(),
                    _ => string.Empty,
                };
                return Reply.TryRead(datagram, query.Cookie, out Reply reply, out _)
                    && reply == new Reply(query.Cookie, IsFound: true, source, destination, ident);
            },
            iter: 10_000);

    [Fact]
    public void Not_found_has_the_ends_of_the_query() => Generators.Query.Sample(
        query =>
        {
            byte[] datagram = new byte[66];
            query.Write(datagram);
            Reply.WriteNotFound(datagram);
            return Reply.TryRead(datagram, query.Cookie, out Reply reply, out _)
                && reply == new Reply(query.Cookie, IsFound: false, query.Source, query.Destination, string.Empty);
        },
        iter: 10_000);

    [Fact]
    public void A_reply_to_one_query_is_none_to_another() => Gen.Select(Generators.Query, Gen.UInt).Sample(
        (query, cookie) =>
        {
            byte[] datagram = new byte[66];
            query.Write(datagram);
            Reply.WriteNotFound(datagram);
            bool isReply = Reply.TryRead(datagram, cookie, out _, out ReplyFault fault);
            return isReply == (cookie == query.Cookie) && fault == (isReply ? ReplyFault.None : ReplyFault.Cookie);
        },
        iter: 10_000);
}
