using CsCheck;
using ProxyHelper.Conntrack;
using ProxyHelper.Conntrack.Wire;
using ProxyHelper.Netlink;
using Xunit;

namespace ProxyHelper.Tests.Conntrack.Wire;

/// <summary>Tests that the tuple codec reads what it writes.</summary>
public sealed class TupleCodecPropertyTests
{
    [Fact]
    public void Any_tuple_is_read_back_from_its_request() => Gen.Select(Generators.Tuple, Gen.UShort).Sample(
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
    public void The_fast_form_equals_the_general_form() => Generators.Tuple.Sample(
        tuple =>
        {
            byte[] attribute = new byte[PlainTuple.Size];
            if (PlainTuple.Fits(tuple))
            {
                PlainTuple.Write(attribute, (byte)CtAttribute.TupleOriginal, tuple);
                var attributes = new NetlinkAttributes(attribute);
                Assert.True(attributes.MoveNext());
                Assert.True(TupleCodec.TryRead(attributes.Children, out ConntrackTuple general, out ushort? _));
                Assert.True(PlainTuple.TryRead(attribute, (byte)CtAttribute.TupleOriginal, out ConntrackTuple fast));
                Assert.Equal((tuple, tuple), (general, fast));
                Assert.False(PlainTuple.TryRead(attribute, (byte)CtAttribute.TupleReply, out _));
            }
        },
        iter: 10_000);

    [Fact]
    public void A_tuple_reversed_twice_is_the_same_tuple() => Generators.Tuple.Sample(
        tuple => tuple.Reversed.Reversed == tuple && (tuple.Reversed.Source, tuple.Reversed.Destination) == (
            tuple.Destination, tuple.Source),
        iter: 10_000);

    private static NetlinkAttributes Request(ConntrackTuple tuple, ushort zone)
    {
        byte[] request = new byte[ConntrackRequest.MaximumSize];
        var writer = new NetlinkWriter(request);
        ConntrackRequest.WriteGet(ref writer, sequence: 7, new EntryKey(tuple, zone, IsReply: true));
        var messages = new NetlinkMessageReader(request.AsSpan(0, writer.Length));
        Assert.True(messages.MoveNext());
        return new NetlinkAttributes(messages.Current.Payload[ConntrackDecoder.HeaderSize..]);
    }
}
