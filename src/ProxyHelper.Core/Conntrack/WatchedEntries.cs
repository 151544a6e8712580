namespace ProxyHelper.Conntrack;

/// <summary>
/// The entries that a watch has told of and that have not gone yet: told by events as they happen, and by listings, which show what
/// no event told. A mapping that fitted once is followed to its end, whatever state it comes to.
/// </summary>
internal sealed class WatchedEntries(ConntrackFilter filter)
{
    private readonly Dictionary<Key, ConntrackEntry> _known = [];
    private readonly HashSet<Key> _unlisted = [];
    private readonly HashSet<Key> _touched = []; // by events since the listing began: they know better than it
    private readonly Queue<ConntrackChange> _changes = new();
    private bool _isListing;
    private bool _wasListed;

    /// <summary>Whether all that was there at the beginning has been told of, and no change waits to be told.</summary>
    public bool IsUpToDate => _wasListed && !HasChanges;

    /// <summary>Whether there are changes to tell.</summary>
    public bool HasChanges => _changes.Count > 0;

    /// <summary>Takes the next change that is to be told.</summary>
    public bool TryTake(out ConntrackChange? change) => _changes.TryDequeue(out change);

    /// <summary>Takes an event in.</summary>
    public void Apply(ConntrackChangeKind kind, ConntrackEntry entry)
    {
        Key key = Key.Of(entry);
        if (_isListing)
        {
            _touched.Add(key);
        }

        bool isKnown = _known.TryGetValue(key, out ConntrackEntry? before);
        if (!isKnown && (kind == ConntrackChangeKind.Destroyed || !filter.Matches(entry)))
        {
            return;
        }

        ConntrackEntry now = before is null ? entry : entry.CompletedBy(before);
        if (kind == ConntrackChangeKind.Destroyed)
        {
            _known.Remove(key);
            Tell(kind, now);
            return;
        }

        _known[key] = now;
        if (before is null || Differs(now, before)) // else a listing was first, or what changed is nothing that is told of
        {
            Tell(isKnown ? ConntrackChangeKind.Updated : kind, now);
        }
    }

    /// <summary>Begins a listing: afterwards, what was known and not listed has gone.</summary>
    public void BeginListing()
    {
        _isListing = true;
        _unlisted.UnionWith(_known.Keys);
    }

    /// <summary>Takes an entry of the listing in.</summary>
    public void List(ConntrackEntry entry)
    {
        Key key = Key.Of(entry);
        _unlisted.Remove(key);
        if (_touched.Contains(key))
        {
            return;
        }

        if (!_known.TryGetValue(key, out ConntrackEntry? before))
        {
            if (filter.Matches(entry))
            {
                _known[key] = entry;
                Tell(_wasListed ? ConntrackChangeKind.New : ConntrackChangeKind.Present, entry);
            }
        }
        else if (Differs(entry, before))
        {
            _known[key] = entry;
            Tell(ConntrackChangeKind.Updated, entry);
        }
    }

    /// <summary>Ends the listing, which was whole.</summary>
    public void EndListing()
    {
        foreach (Key key in _unlisted)
        {
            if (!_touched.Contains(key) && _known.Remove(key, out ConntrackEntry? gone))
            {
                Tell(ConntrackChangeKind.Destroyed, gone);
            }
        }

        _unlisted.Clear();
        _touched.Clear();
        (_isListing, _wasListed) = (false, true);
    }

    private static bool Differs(ConntrackEntry now, ConntrackEntry before) => (now.State, now.Status, now.Mark) != (before.State, before.Status, before.Mark);

    private void Tell(ConntrackChangeKind kind, ConntrackEntry entry) => _changes.Enqueue(new ConntrackChange(kind, DateTimeOffset.UtcNow.ToLocalTime(), entry));

    /// <summary>What tells entries apart. A number alone does not: it is a hash, and among a million some are the same.</summary>
    private readonly record struct Key(uint? Id, ushort Zone, ConntrackTuple Original)
    {
        public static Key Of(ConntrackEntry entry) => new(entry.Id, entry.Zone, entry.Original);
    }
}
