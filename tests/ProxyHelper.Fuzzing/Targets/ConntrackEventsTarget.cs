using ProxyHelper.Conntrack;
using ProxyHelper.Conntrack.Wire;
using ProxyHelper.Netlink;

namespace ProxyHelper.Fuzzing.Targets;

/// <summary>A datagram of events, and the account that a watch keeps of them.</summary>
internal sealed class ConntrackEventsTarget : IFuzzTarget
{
    /// <inheritdoc/>
    public string Name => "conntrack-events";

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        var entries = new WatchedEntries(ConntrackFilter.Everything);
        HashSet<(uint? Id, ushort Zone, ConntrackTuple Original)> alive = [];
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
        Invariant.Holds(alive.Count == 0, "what a whole listing does not have has gone");
    }

    private static void Follow(WatchedEntries entries, HashSet<(uint? Id, ushort Zone, ConntrackTuple Original)> alive)
    {
        while (entries.TryTake(out ConntrackChange? change))
        {
            var key = (change!.Id, change.Zone, change.Original);
            bool isNew = change.Change == ConntrackChangeKind.Destroyed ? !alive.Remove(key) : alive.Add(key);
            Invariant.Holds(!isNew || change.Change is ConntrackChangeKind.New or ConntrackChangeKind.Updated, "nothing goes that was not told of");
            Invariant.Holds(isNew || change.Change != ConntrackChangeKind.New, "what is new was not there before");
        }
    }
}
