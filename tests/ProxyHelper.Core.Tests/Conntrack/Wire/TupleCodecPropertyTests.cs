using CsCheck;
using ProxyHelper.Conntrack;
using ProxyHelper.Conntrack.Wire;
using ProxyHelper.Netlink;
using Xunit;

namespace ProxyHelper.Tests.Conntrack.Wire;

public sealed class ConntrackTuplePropertyTests
{
    [Fact]
    public void Any_tuple_comes_back_from_the_request_that_asks_for_it() => Gen.Select(Generators.Tuple, Gen.UShort).Sample(
        (tuple, zone) =>
        {
            NetlinkAttributes request = Request(tuple, zone);
            Assert.True(request.MoveNext());
            Assert.Equal(CtAttribute.TupleReply, request.Type);
            Assert.True(TupleCodec.TryRead(request.Children, out ConntrackTuple read, out ushort? _));
            Assert.Equal(tuple, read);
            Assert.Equal(zone != 0, request.MoveNext()); // zone 0 is not written
            Assert.Equal(zone, zone == 0 ? 0 : request.ReadUInt16());
            Assert.False(request.MoveNext() || request.IsFaulted);
        },
        iter: 10_000);

    [Fact]
    public void A_plain_tuple_read_as_a_whole_is_the_one_read_attribute_by_attribute() => Generators.Tuple.Sample(
        tuple =>
        {
            byte[] attribute = new byte[PlainTuple.Size];
            if (PlainTuple.Fits(tuple))
            {
                PlainTuple.Write(attribute, (byte)CtAttribute.TupleOriginal, tuple);
                var attributes = new NetlinkAttributes(attribute);
                Assert.True(attributes.MoveNext());
                Assert.True(TupleCodec.TryRead(attributes.Children, out ConntrackTuple slowly, out ushort? _));
                Assert.True(PlainTuple.TryRead(attribute, (byte)CtAttribute.TupleOriginal, out ConntrackTuple quickly));
                Assert.Equal((tuple, tuple), (slowly, quickly));
                Assert.False(PlainTuple.TryRead(attribute, (byte)CtAttribute.TupleReply, out _));
            }
        },
        iter: 10_000);

    [Fact]
    public void The_other_direction_of_the_other_direction_is_the_tuple_itself() => Generators.Tuple.Sample(
        tuple => tuple.Reversed.Reversed == tuple && (tuple.Reversed.Source, tuple.Reversed.Destination) == (tuple.Destination, tuple.Source),
        iter: 10_000);

    private static NetlinkAttributes Request(ConntrackTuple tuple, ushort zone)
    {
        byte[] request = new byte[ConntrackRequest.MaximumSize];
        var writer = new NetlinkWriter(request);
        ConntrackRequest.WriteGet(ref writer, sequence: 7, CtAttribute.TupleReply, tuple, zone);
        var messages = new NetlinkMessageReader(request.AsSpan(0, writer.Length));
        Assert.True(messages.MoveNext());
        return new NetlinkAttributes(messages.Current.Payload[ConntrackDecoder.HeaderSize..]);
    }
}
