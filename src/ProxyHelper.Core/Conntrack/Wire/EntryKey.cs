using ProxyHelper.Netlink;

namespace ProxyHelper.Conntrack.Wire;

/// <summary>
/// Represents what identifies an entry for the kernel: the tuple of one direction, and the zone of that direction. The
/// kernel finds the entry by either of its directions, so it can find another entry whose opposite direction has the
/// tuple and the zone. If both entries exist, the key for one direction only finds the other of the two.
/// </summary>
/// <param name="Tuple">The tuple.</param>
/// <param name="Zone">The zone of the direction that has the tuple.</param>
/// <param name="IsReply">Whether the tuple is that of the reply direction.</param>
internal readonly record struct EntryKey(ConntrackTuple Tuple, ushort Zone, bool IsReply)
{
    // A zone for one direction leaves the other direction in zone 0. To look for zone 0 in one direction only, the
    // other direction gets this zone, which is the least likely one to be in use.
    private const ushort UnlikelyZone = ushort.MaxValue;

    /// <summary>
    /// Gets whether the zone of the key is for the direction of the tuple only. Otherwise the kernel also finds an
    /// entry whose opposite direction has the tuple and the zone.
    /// </summary>
    public bool IsForOneDirection { get; init; }

    /// <summary>Returns whether the entry is the one that the key identifies.</summary>
    public bool Identifies(ConntrackEntry entry) => IsReply
        ? entry.Reply == Tuple && entry.ReplyZone == Zone
        : entry.Original == Tuple && entry.OriginalZone == Zone;

    /// <summary>Writes the attributes of the key.</summary>
    public void Write(ref NetlinkWriter writer)
    {
        if (IsForOneDirection)
        {
            WriteForOneDirection(ref writer);
            return;
        }

        TupleCodec.Write(ref writer, Attribute(IsReply), Tuple);
        if (Zone != 0) // without CTA_ZONE, the kernel looks in zone 0
        {
            writer.Put(CtAttribute.Zone, Zone);
        }
    }

    // CTA_TUPLE_ZONE sets the zone of one direction: that of the attribute which contains it. The kernel compares the
    // tuple with both directions in either attribute.
    private void WriteForOneDirection(ref NetlinkWriter writer)
    {
        bool isZoneOfReply = IsReply ^ (Zone == 0);
        var parts = new TupleParts(Tuple) { Zone = Zone == 0 ? UnlikelyZone : Zone };
        TupleCodec.Write(ref writer, Attribute(isZoneOfReply), parts);
    }

    private static ushort Attribute(bool isReply) => isReply ? CtAttribute.TupleReply : CtAttribute.TupleOriginal;
}
