using ProxyHelper.Conntrack;
using ProxyHelper.Conntrack.Wire;
using ProxyHelper.Netlink;

namespace ProxyHelper.Fuzzing.Targets;

/// <summary>Reads a datagram of events and follows the entries as a watch does.</summary>
internal sealed class ConntrackEventsTarget : IFuzzTarget
{
    /// <inheritdoc/>
    public string Name => "conntrack-events";

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        var entries = new WatchedEntries(ConntrackFilter.Everything);
        HashSet<(uint? Id, ushort OriginalZone, ushort ReplyZone, ConntrackTuple Original)> alive = [];
        var messages = new NetlinkMessageReader(input);
        while (messages.MoveNext())
        {
            if (ConntrackEvent.TryRead(messages.Current, out ConntrackChangeKind kind, out ConntrackEntry? entry))
            {
                Invariant.Holds(entry is not null, "an event is about an entry");
                entries.AddEvent(kind, entry!);
                Follow(entries, alive);
            }
        }

        entries.BeginListing();
        entries.EndListing(); // of an empty table
        Follow(entries, alive);
        Invariant.Holds(alive.Count == 0, "an entry that a complete listing does not have is gone");
    }

    private static void Follow(
        WatchedEntries entries,
        HashSet<(uint? Id, ushort OriginalZone, ushort ReplyZone, ConntrackTuple Original)> alive)
    {
        while (entries.TryTake(out ConntrackChange? change))
        {
            var key = (change!.Id, change.OriginalZone, change.ReplyZone, change.Original);
            bool isNew = change.Change == ConntrackChangeKind.Destroyed ? !alive.Remove(key) : alive.Add(key);
            Invariant.Holds(
                !isNew || change.Change is ConntrackChangeKind.New or ConntrackChangeKind.Updated,
                "only a reported entry is removed");
            Invariant.Holds(isNew || change.Change != ConntrackChangeKind.New, "a new entry did not exist before");
        }
    }
}
