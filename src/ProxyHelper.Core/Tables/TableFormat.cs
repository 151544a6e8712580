using ProxyHelper.Mappings;

namespace ProxyHelper.Tables;

/// <summary>Describes one form of the table of a system.</summary>
/// <param name="System">The system.</param>
/// <param name="Name">The command or form in a few words, such as "pfctl -ss".</param>
internal sealed record TableFormat(NatSystem System, string Name)
{
    /// <summary>Recognizes the form.</summary>
    /// <param name="head">
    /// The beginning of a text: its first lines. The last line can be cut. It has at least one character that is not
    /// blank.
    /// </param>
    /// <returns>True only if the text can have no other form.</returns>
    public delegate bool Recognizer(ReadOnlySpan<char> head);

    /// <summary>Gets the method that recognizes the form.</summary>
    public required Recognizer Recognizes { get; init; }

    /// <summary>Gets the method that creates a reader of the form.</summary>
    public required Func<TableReader> CreateReader { get; init; }

    /// <summary>Gets the method that creates an empty index of the form's mappings, for look-ups.</summary>
    public required Func<MappingIndex> CreateIndex { get; init; }

    /// <summary>
    /// Gets the method that creates what completes the form's mappings for a listing, or null if each mapping is
    /// complete.
    /// </summary>
    public Func<ListingJoin>? CreateJoin { get; init; }

    /// <summary>Returns a method that recognizes a form by any line of the beginning of a text.</summary>
    /// <param name="isOfForm">Returns whether a line can have no other form.</param>
    public static Recognizer AnyLine(Func<ReadOnlySpan<char>, bool> isOfForm) => head =>
    {
        foreach (ReadOnlySpan<char> line in head.EnumerateLines())
        {
            if (isOfForm(line))
            {
                return true;
            }
        }

        return false;
    };
}
