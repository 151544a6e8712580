using ProxyHelper.Mappings;

namespace ProxyHelper.Tables;

/// <summary>Represents the result of a look-up in a table.</summary>
/// <param name="Reason">Whether a mapping was found, or why there is no answer.</param>
/// <param name="Mapping">The mapping, or null.</param>
public readonly record struct TableAnswer(TableAnswerReason Reason, NatMapping? Mapping = null);

/// <summary>Specifies the result of a look-up in a table.</summary>
public enum TableAnswerReason
{
    /// <summary>The table has no such connection.</summary>
    NotFound,

    /// <summary>The table has exactly one answer.</summary>
    Found,

    /// <summary>Several entries fit, with different original ends.</summary>
    Ambiguous,

    /// <summary>The table has only one half of the connection, so the original ends are not proven.</summary>
    Half,

    /// <summary>Only configured or half translations fit, which belong to no connection.</summary>
    Static,

    /// <summary>The table does not show the protocol of the entry that fits.</summary>
    NoProtocol,

    /// <summary>The text reports past events, and does not say which connections exist.</summary>
    History,

    /// <summary>The text went through a pager, so that the entry may be missing from the text.</summary>
    Paged,
}
