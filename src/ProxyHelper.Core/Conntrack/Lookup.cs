namespace ProxyHelper.Conntrack;

/// <summary>How a look-up ended.</summary>
public enum LookupOutcome : byte
{
    /// <summary>The kernel was not asked, or did not answer, or its answer makes no sense.</summary>
    Failed,

    /// <summary>There is no entry with this reply tuple.</summary>
    NotFound,

    /// <summary>There is one.</summary>
    Found,
}

/// <summary>What a look-up gave.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Original">The original tuple of the entry found; else nothing.</param>
public readonly record struct Lookup(LookupOutcome Outcome, ConntrackTuple Original);
