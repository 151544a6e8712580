namespace ProxyHelper.Conntrack;

/// <summary>Specifies how a look-up ended.</summary>
public enum LookupOutcome : byte
{
    /// <summary>The kernel was not asked, gave no answer, or gave a malformed answer.</summary>
    Failed,

    /// <summary>The table has no entry with this reply tuple.</summary>
    NotFound,

    /// <summary>The table has an entry with this reply tuple.</summary>
    Found,
}

/// <summary>Represents the result of a look-up.</summary>
/// <param name="Outcome">How the look-up ended.</param>
/// <param name="Original">The original tuple of the entry. If no entry was found, this value is empty.</param>
public readonly record struct Lookup(LookupOutcome Outcome, ConntrackTuple Original);
