using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.Conntrack.Wire;
using ProxyHelper.Mappings;
using Xunit;

namespace ProxyHelper.Tests.Conntrack.Wire;

/// <summary>Tests messages of a real kernel, both complete and truncated.</summary>
public sealed class ConntrackDecoderTests
{
    public static TheoryData<string> Names { get; } = [.. Capture.Names];

    [Fact]
    public void A_TCP_connection_with_SNAT_and_DNAT_is_read()
    {
        ConntrackEntry entry = Read("tcp-source-and-destination-nat");
        Assert.Equal(
            "Tcp 10.1.1.1:10943 -> 4.1.1.1:25, translated to 194.0.1.1:20119 -> 194.0.22.9:9199", entry.ToString());
        Assert.Equal(
            (IPProtocol.Tcp, NatType.Both, ConnectionState.Established), (entry.Protocol, entry.NatType, entry.State));
        Assert.Equal(ConntrackStatus.SeenReply | ConntrackStatus.Assured | ConntrackStatus.Confirmed, entry.Status);
        Assert.Equal(
            (TimeSpan.FromSeconds(299), 0u, (ushort)0, 0x4EB93D78u), (entry.Timeout, entry.Mark, entry.Zone, entry.Id));
        Assert.Equal(
            (0ul, 0ul, 0ul, 0ul), (entry.OriginalPackets, entry.OriginalBytes, entry.ReplyPackets, entry.ReplyBytes));
        Assert.Equal(DateTimeOffset.UnixEpoch.AddTicks(0x18EACF0BE62CFD31 / 100), entry.StartedAt);
        Assert.Null(entry.Original.Icmp);
    }

    [Fact]
    public void A_UDP_flow_over_IPv6_in_a_zone_is_read()
    {
        ConntrackEntry entry = Read("udp-ipv6-zone-and-mark");
        Assert.Equal("Udp [2001:db8::1]:5000 -> [2001:db8::2]:53", entry.Original.ToString());
        Assert.Equal((entry.Original.Reversed, NatType.None), (entry.Reply, entry.NatType));
        Assert.Equal(
            (42u, (ushort)7, 0xAC743FF8u, ConntrackStatus.Confirmed), (entry.Mark, entry.Zone, entry.Id, entry.Status));
        Assert.Null(entry.State);
    }

    [Fact]
    public void The_identifier_of_an_ICMP_message_is_read_as_a_port()
    {
        ConntrackEntry entry = Read("icmp-source-nat");
        Assert.Equal("Icmp 10.1.1.1:77 -> 4.1.1.1:0, translated to 194.0.1.1:50000 -> 4.1.1.1:0", entry.ToString());
        Assert.Equal(
            (new IcmpMessage(8, 0), new IcmpMessage(0, 0), NatType.Source),
            (entry.Original.Icmp, entry.Reply.Icmp, entry.NatType));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_truncated_message_is_an_entry_only_if_it_ends_with_an_attribute(string name)
    {
        byte[] message = Capture.Read(name);
        ConntrackEntry whole = Read(name);
        List<int> boundaries = Boundaries(message);
        int tuplesEnd = boundaries[2]; // the kernel writes both tuples first, and a look-up reads no more
        for (int length = 0; length < message.Length; length++)
        {
            bool isEntry = ConntrackDecoder.TryReadEntry(message.AsSpan(0, length), out ConntrackEntry? entry);
            Assert.Equal(length >= tuplesEnd && EndsWithAnAttribute(message, boundaries, length), isEntry);
            bool hasTuples = ConntrackDecoder.TryReadTuples(
                message.AsSpan(0, length), out ConntrackTuple original, out ConntrackTuple reply, out _);
            Assert.Equal(length >= tuplesEnd, hasTuples);
            Assert.Equal(
                isEntry ? (whole.Original, whole.Reply) : default,
                (entry?.Original ?? default, entry?.Reply ?? default));
            Assert.True(!hasTuples || (original, reply) == (whole.Original, whole.Reply));
        }
    }

    [Fact]
    public void The_order_of_attributes_and_unknown_attributes_make_no_difference()
    {
        foreach (string name in Capture.Names)
        {
            byte[] message = Capture.Read(name);
            List<int> boundaries = Boundaries(message);
            IEnumerable<byte> unknown = [8, 0, 0xFF, 0x3F, 1, 2, 3, 4];
            byte[] reordered =
            [
                .. message[..4],
                .. Enumerable.Range(1, boundaries.Count - 1).Reverse().SelectMany(
                    i => message[boundaries[i - 1]..boundaries[i]].Concat(unknown)),
            ];
            Assert.True(ConntrackDecoder.TryReadEntry(reordered, out ConntrackEntry? entry));
            Assert.Equal(ConntrackToolLine.Of(Read(name)), ConntrackToolLine.Of(entry));
            Assert.True(
                ConntrackDecoder.TryReadTuples(
                    reordered, out ConntrackTuple original, out ConntrackTuple reply, out _));
            Assert.Equal((entry.Original, entry.Reply), (original, reply));
        }
    }

    private static ConntrackEntry Read(string name)
    {
        Assert.True(ConntrackDecoder.TryReadEntry(Capture.Read(name), out ConntrackEntry? entry));
        return entry;
    }

    /// <summary>Returns the start of each attribute of the first level, and the end of the last one.</summary>
    private static List<int> Boundaries(byte[] message)
    {
        List<int> places = [];
        int place = ConntrackDecoder.HeaderSize;
        while (place < message.Length)
        {
            places.Add(place);
            place += (BitConverter.ToUInt16(message, place) + 3) & ~3;
        }

        return [.. places, message.Length];
    }

    // The padding after the last attribute can be missing.
    private static bool EndsWithAnAttribute(byte[] message, List<int> boundaries, int length) =>
        boundaries.Contains(length)
        || boundaries.SkipLast(1).Select(start => start + BitConverter.ToUInt16(message, start)).Any(
            end => end <= length && length < ((end + 3) & ~3));
}
