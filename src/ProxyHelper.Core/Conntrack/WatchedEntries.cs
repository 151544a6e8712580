namespace ProxyHelper.Conntrack;

/// <summary>
/// Keeps the entries that a watch has reported and that still exist. Events report changes as they happen. Listings
/// find changes without an event. After an entry has matched the filter once, its changes are reported until
/// the entry is gone, also if its state no longer matches.
/// </summary>
internal sealed class WatchedEntries(ConntrackFilter filter)
{
    private readonly Dictionary<Key, ConntrackEntry> _known = [];
    private readonly HashSet<Key> _unlisted = [];
    private readonly HashSet<Key> _changedByEvents = []; // since the listing began: an event is newer than the listing
    private readonly Queue<ConntrackChange> _changes = new();
    private bool _isListing;
    private bool _wasListed;

    /// <summary>
    /// Gets whether all entries that existed at the beginning have been reported and no change waits to be taken.
    /// </summary>
    public bool IsUpToDate => _wasListed && !HasChanges;

    /// <summary>Gets whether a change waits to be taken.</summary>
    public bool HasChanges => _changes.Count > 0;

    /// <summary>Takes the next change.</summary>
    /// <returns>False if no change waits.</returns>
    public bool TryTake(out ConntrackChange? change) => _changes.TryDequeue(out change);

    /// <summary>Adds an event.</summary>
    public void AddEvent(ConntrackChangeKind kind, ConntrackEntry entry)
    {
        Key key = Key.Of(entry);
        if (_isListing)
        {
            _changedByEvents.Add(key);
        }

        bool isKnown = _known.TryGetValue(key, out ConntrackEntry? before);
        if (!isKnown && (kind == ConntrackChangeKind.Destroyed || !filter.Matches(entry)))
        {
            return;
        }

        ConntrackEntry now = before is null ? entry : entry.FillMissingFrom(before);
        if (kind == ConntrackChangeKind.Destroyed)
        {
            _known.Remove(key);
            Report(kind, now);
            return;
        }

        // Nothing is reported if a listing was faster or if only a value changed that a watch does not report.
        _known[key] = now;
        if (before is null || IsDifferent(now, before))
        {
            Report(isKnown ? ConntrackChangeKind.Updated : kind, now);
        }
    }

    /// <summary>Begins a listing. Entries that are known but not listed are gone.</summary>
    public void BeginListing()
    {
        _isListing = true;
        _unlisted.UnionWith(_known.Keys);
    }

    /// <summary>Adds an entry of the listing.</summary>
    public void AddListed(ConntrackEntry entry)
    {
        Key key = Key.Of(entry);
        _unlisted.Remove(key);
        if (_changedByEvents.Contains(key))
        {
            return;
        }

        if (!_known.TryGetValue(key, out ConntrackEntry? before))
        {
            if (filter.Matches(entry))
            {
                _known[key] = entry;
                Report(_wasListed ? ConntrackChangeKind.New : ConntrackChangeKind.Present, entry);
            }
        }
        else if (IsDifferent(entry, before))
        {
            _known[key] = entry;
            Report(ConntrackChangeKind.Updated, entry);
        }
    }

    /// <summary>Ends a complete listing.</summary>
    public void EndListing()
    {
        foreach (Key key in _unlisted)
        {
            if (!_changedByEvents.Contains(key) && _known.Remove(key, out ConntrackEntry? gone))
            {
                Report(ConntrackChangeKind.Destroyed, gone);
            }
        }

        _unlisted.Clear();
        _changedByEvents.Clear();
        (_isListing, _wasListed) = (false, true);
    }

    private static bool IsDifferent(ConntrackEntry now, ConntrackEntry before) =>
        (now.State, now.Status, now.Mark) != (before.State, before.Status, before.Mark);

    private void Report(ConntrackChangeKind kind, ConntrackEntry entry) =>
        _changes.Enqueue(new ConntrackChange(kind, DateTimeOffset.UtcNow.ToLocalTime(), entry));

    /// <summary>
    /// Identifies an entry. The id is not enough: the id is a hash, and some ids among a million entries are the same.
    /// </summary>
    private readonly record struct Key(
        uint? Id, ushort OriginalZone, ushort ReplyZone, ConntrackTuple Original)
    {
        public static Key Of(ConntrackEntry entry) =>
            new(entry.Id, entry.OriginalZone, entry.ReplyZone, entry.Original);
    }
}
