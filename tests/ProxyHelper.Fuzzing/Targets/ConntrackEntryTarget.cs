using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.Conntrack.Wire;
using ProxyHelper.Mappings;
using ProxyHelper.Netlink;

namespace ProxyHelper.Fuzzing.Targets;

/// <summary>Reads a conntrack entry after its netlink header, as a look-up and as a listing.</summary>
internal sealed class ConntrackEntryTarget : IFuzzTarget
{
    /// <inheritdoc/>
    public string Name => "conntrack-entry";

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        bool hasTuples = ConntrackDecoder.TryReadTuples(
            input, out ConntrackTuple original, out ConntrackTuple reply, out ushort? zone);
        Invariant.Holds(
            hasTuples == TryReadSlowly(input, out ConntrackTuple slowOriginal, out ConntrackTuple slowReply),
            "the fast reader and the attributes give the same tuples");
        if (hasTuples)
        {
            Invariant.Holds(
                (original, reply) == (slowOriginal, slowReply),
                "the fast reader and the attributes give the same tuples");
            CheckTuple(original);
            CheckTuple(reply);
        }

        if (!ConntrackDecoder.TryReadEntry(input, out ConntrackEntry? entry))
        {
            Invariant.Holds(entry is null, "nothing is read from bytes that are not an entry");
            return;
        }

        Invariant.Holds(hasTuples, "a look-up reads the tuples of every entry that a listing reads");
        if (HasEachTupleOnce(input[ConntrackDecoder.HeaderSize..]))
        {
            Invariant.Holds(
                (original, reply) == (entry.Original, entry.Reply), "a look-up and a listing read the same tuples");
            Invariant.Holds(
                zone is null || HasZoneOfBoth(input[ConntrackDecoder.HeaderSize..]) || zone == entry.ReplyZone,
                "a look-up and a listing read the same zone of the reply direction");
        }

        CheckEntry(entry);
    }

    /// <summary>Reads attribute by attribute until both tuples are read.</summary>
    private static bool TryReadSlowly(ReadOnlySpan<byte> input, out ConntrackTuple original, out ConntrackTuple reply)
    {
        bool hasOriginal = false, hasReply = false;
        original = reply = default;
        var attributes = new NetlinkAttributes(input[Math.Min(ConntrackDecoder.HeaderSize, input.Length)..]);
        while (!(hasOriginal && hasReply) && attributes.MoveNext())
        {
            if (attributes.Type == CtAttribute.TupleOriginal)
            {
                hasOriginal = TupleCodec.TryRead(attributes.Children, out original, out _);
            }
            else if (attributes.Type == CtAttribute.TupleReply)
            {
                hasReply = TupleCodec.TryRead(attributes.Children, out reply, out _);
            }
        }

        return hasOriginal && hasReply;
    }

    /// <summary>
    /// The kernel writes each tuple once. Of several, a look-up takes the first and a listing the last.
    /// </summary>
    private static bool HasEachTupleOnce(ReadOnlySpan<byte> bytes)
    {
        int originals = 0, replies = 0;
        var attributes = new NetlinkAttributes(bytes);
        while (attributes.MoveNext())
        {
            originals += attributes.Type == CtAttribute.TupleOriginal ? 1 : 0;
            replies += attributes.Type == CtAttribute.TupleReply ? 1 : 0;
        }

        return (originals, replies) == (1, 1);
    }

    /// <summary>The kernel writes a zone for both directions or for one, never both kinds.</summary>
    private static bool HasZoneOfBoth(ReadOnlySpan<byte> bytes)
    {
        var attributes = new NetlinkAttributes(bytes);
        bool hasZone = false;
        while (attributes.MoveNext())
        {
            hasZone |= attributes.Type == CtAttribute.Zone;
        }

        return hasZone;
    }

    private static void CheckTuple(in ConntrackTuple tuple)
    {
        Invariant.Holds(
            tuple.Source.AddressFamily == tuple.Destination.AddressFamily, "both ends have the same family");
        Invariant.Holds(tuple.ToString().Length > 0, "a tuple has words");

        // Only ICMP has ICMP's fields. No look-up asks for another protocol with such fields.
        if (tuple.Icmp is null || tuple.Protocol is IPProtocol.Icmp or IPProtocol.IcmpV6)
        {
            CheckRequest(tuple);
        }
    }

    private static void CheckRequest(in ConntrackTuple tuple)
    {
        byte[] request = new byte[ConntrackRequest.MaximumSize];
        var writer = new NetlinkWriter(request);
        ConntrackRequest.WriteGet(ref writer, sequence: 1, new EntryKey(tuple, Zone: 7, IsReply: true));
        var messages = new NetlinkMessageReader(request.AsSpan(0, writer.Length));
        Invariant.Holds(messages.MoveNext() && messages.NextOffset == writer.Length, "a request is one message");
        var attributes = new NetlinkAttributes(messages.Current.Payload[ConntrackDecoder.HeaderSize..]);
        Invariant.Holds(
            attributes.MoveNext() && attributes.Type == CtAttribute.TupleReply, "a request has the reply tuple first");
        Invariant.Holds(
            TupleCodec.TryRead(attributes.Children, out ConntrackTuple asked, out _) && asked == tuple,
            "a tuple that was read is written unchanged into a request");
    }

    private static void CheckEntry(ConntrackEntry entry)
    {
        bool isTranslated = entry.OriginalSource != entry.TranslatedSource
            || entry.OriginalDestination != entry.TranslatedDestination;
        Invariant.Holds(isTranslated == (entry.NatType != NatType.None), "an entry is translated if its tuples differ");
        Invariant.Holds(entry.Timeout is null || entry.Timeout >= TimeSpan.Zero, "a timeout is not negative");
        Invariant.Holds(
            entry.StartedAt is null || entry.StartedAt >= DateTimeOffset.UnixEpoch, "a connection started after 1970");
        Invariant.Holds(entry.ToString().Length > 0, "an entry has words");
    }
}
