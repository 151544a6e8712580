namespace ProxyHelper.Simulation.Kernel;

/// <summary>Represents a conntrack entry: both directions, as the kernel stores them.</summary>
internal sealed record TableEntry(Peer Source, Peer Destination, Peer ReplySource, Peer ReplyDestination, ushort Zone)
{
    /// <summary>Gets the zone of the reply direction, which a rule can set alone.</summary>
    public ushort ReplyZone { get; init; } = Zone;

    /// <summary>Gets whether this router led the connection to another destination.</summary>
    public bool IsTranslated => Destination != ReplySource;
}

/// <summary>Represents the conntrack table. No two entries of a zone share a tuple, as in the kernel.</summary>
internal sealed class ScriptedTable
{
    private readonly Dictionary<(Peer Source, Peer Destination, ushort Zone), TableEntry> _byTuple = [];

    /// <summary>Gets the entries.</summary>
    public List<TableEntry> Entries { get; } = [];

    /// <summary>Called after a change.</summary>
    public Action Changed { get; set; } = () => { };

    /// <summary>Adds an entry, unless another one has a tuple of it.</summary>
    public void Add(TableEntry entry)
    {
        (Peer, Peer, ushort) original = (entry.Source, entry.Destination, entry.Zone);
        (Peer, Peer, ushort) reply = (entry.ReplySource, entry.ReplyDestination, entry.ReplyZone);
        if (_byTuple.ContainsKey(original) || _byTuple.ContainsKey(reply))
        {
            return;
        }

        _byTuple[original] = _byTuple[reply] = entry;
        Entries.Add(entry);
        Changed();
    }

    /// <summary>Removes the entry at a place.</summary>
    public void RemoveAt(int place)
    {
        TableEntry entry = Entries[place];
        _byTuple.Remove((entry.Source, entry.Destination, entry.Zone));
        _byTuple.Remove((entry.ReplySource, entry.ReplyDestination, entry.ReplyZone));
        Entries.RemoveAt(place);
        Changed();
    }

    /// <summary>Finds the entry of zone 0 that has a tuple in either direction, as the kernel does.</summary>
    public TableEntry? FindEither(Peer source, Peer destination) => 
        _byTuple.GetValueOrDefault((source, destination, (ushort)0));

    /// <summary>Finds the entry that has a reply tuple in zone 0, which is the only right answer.</summary>
    public TableEntry? FindReply(Peer source, Peer destination) =>
        FindEither(source, destination) is { ReplyZone: 0 } entry && entry.ReplySource == source
            && entry.ReplyDestination == destination
            ? entry
            : null;
}
