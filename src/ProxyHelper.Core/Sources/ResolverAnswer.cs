using ProxyHelper.Mappings;

namespace ProxyHelper.Sources;

/// <summary>Represents what a resolver found: mappings, none, or the reason why it has no answer.</summary>
/// <param name="Mappings">The mappings. None means that the connection is not found.</param>
/// <param name="Fault">Why there is no answer, or <see cref="ResolverFault.None"/>.</param>
/// <param name="Reason">The reason in a few words for the log, or null.</param>
public sealed record ResolverAnswer(
    IReadOnlyList<NatMapping> Mappings, ResolverFault Fault = ResolverFault.None, string? Reason = null)
{
    /// <summary>Gets the answer that the connection is not found.</summary>
    public static ResolverAnswer NotFound { get; } = new([]);

    /// <summary>Returns the answer of a resolver that has a fault.</summary>
    public static ResolverAnswer FromFault(ResolverFault fault, string reason) => new([], fault, reason);
}

/// <summary>Specifies why a resolver has no answer.</summary>
public enum ResolverFault
{
    /// <summary>The resolver has an answer.</summary>
    None,

    /// <summary>The source failed: it threw, ended with an error, or could not be reached.</summary>
    Failed,

    /// <summary>The source did not answer in time.</summary>
    TimedOut,

    /// <summary>The source returned something that is neither a mapping nor the text of a table.</summary>
    WrongType,

    /// <summary>Several mappings fit, and they differ.</summary>
    Ambiguous,

    /// <summary>The mapping belongs to another connection than the query.</summary>
    Mismatch,

    /// <summary>The table is older than its maximum age.</summary>
    TooOld,

    /// <summary>Too many queries waited for the source.</summary>
    Busy,
}
