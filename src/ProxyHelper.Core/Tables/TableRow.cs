using ProxyHelper.Addresses;
using ProxyHelper.Mappings;

namespace ProxyHelper.Tables;

/// <summary>Represents a mapping or a fault that a reader found in the text of a table.</summary>
/// <param name="FirstLine">The number of the first line of the row. The first line of a text has number 1.</param>
/// <param name="LastLine">The number of the last line of the row.</param>
public readonly record struct TableRow(int FirstLine, int LastLine)
{
    /// <summary>Gets the mapping, or null if the row is a fault.</summary>
    public NatMapping? Mapping { get; init; }

    /// <summary>Gets the fault, or null if the row is a mapping.</summary>
    public TableFault? Fault { get; init; }

    /// <summary>
    /// Gets whether the row is a report from the past, such as the event of a connection that may have ended. No
    /// mapping of its table answers a look-up, even if the report itself has a fault.
    /// </summary>
    public bool IsHistory { get; init; }
}

/// <summary>Represents a part of the text of a table that is neither a mapping nor a known heading.</summary>
/// <param name="Kind">The kind of the fault.</param>
/// <param name="Reason">The reason in a few words, such as "not a port: 70000".</param>
public sealed record TableFault(TableFaultKind Kind, string Reason)
{
    private const int MaxReasonLength = 200;
    private const int MaxBeginningLength = 200;

    /// <summary>Gets the reason in a few words. A reason that quotes the text is short, and can be displayed.</summary>
    public string Reason { get; init; } = PrintableText.From(Reason, MaxReasonLength);

    /// <summary>
    /// Gets the beginning of the faulty text. It can contain control characters.
    /// </summary>
    public string Text { get; init; } = string.Empty;

    /// <summary>Returns the first characters of a faulty text that can be long, for <see cref="Text"/>.</summary>
    internal static string BeginningOf(ReadOnlySpan<char> text) =>
        text[..Math.Min(text.Length, MaxBeginningLength)].ToString();
}

/// <summary>Specifies what is wrong with a part of the text of a table.</summary>
public enum TableFaultKind
{
    /// <summary>A line is not an entry, or a value in it is not right.</summary>
    Invalid,

    /// <summary>The text ends, or another entry begins, in the middle of an entry.</summary>
    Incomplete,

    /// <summary>The text went through a pager, which can have swallowed lines.</summary>
    Paged,

    /// <summary>The form of the table lacks values that a mapping needs. Another command shows them.</summary>
    WrongForm,

    /// <summary>The router has an entry that is not a connection, such as a template for connections to come.</summary>
    OtherEntry,
}
