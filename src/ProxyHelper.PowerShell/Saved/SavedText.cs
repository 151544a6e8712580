using System.Management.Automation;
using ProxyHelper.Mappings;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Represents one or several lines of a saved table, or a row of a table that is an object. Only text and such objects
/// convert to this type. With a string parameter, the engine would bind the text of every object from the pipeline,
/// even of an object with a source and a destination to look up.
/// </summary>
public sealed class SavedText
{
    private readonly string _text;

    // Without a public constructor, the engine cannot make a text of an object with properties.
    private SavedText(string text)
    {
        _text = text;
    }

    /// <summary>
    /// Gets the file or the computer that the text comes from, or null. Lines of different origins are different
    /// tables.
    /// </summary>
    internal string? Origin { get; private init; }

    /// <summary>Gets whether the text comes from a file.</summary>
    internal bool IsOfFile { get; private init; }

    /// <summary>Gets the system whose table has the object, or null if the text is not an object.</summary>
    internal NatSystem? ObjectOf { get; private init; }

    /// <summary>Gets whether the text is several lines, which are a table of their own.</summary>
    internal bool IsTable => _text.AsSpan().TrimEnd("\r\n").Contains('\n');

    /// <summary>Returns the text as a value of this type.</summary>
    public static SavedText Parse(string text) => new(text);

    /// <summary>Returns the text.</summary>
    public override string ToString() => _text;

    /// <summary>Returns a text that comes from a computer or a file, if they are known.</summary>
    internal static SavedText Of(string text, string? computer, string? file) =>
        new(text) { Origin = computer ?? file, IsOfFile = computer is null && file is not null };

    /// <summary>Returns an object of a table as its text in JSON.</summary>
    internal static SavedText OfObject(NatSystem system, string json, string? computer) =>
        new(json) { ObjectOf = system, Origin = computer };
}

/// <summary>
/// Takes lines of text, the line from the output of Select-String, so that a search in a saved table can be piped on,
/// and the objects in which some routers list their tables.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SavedTextAttribute : ArgumentAttribute
{
    private const string SelectStringOutput = "Microsoft.PowerShell.Commands.MatchInfo";

    /// <summary>Initializes the attribute. A line of a file can be empty and can have any character.</summary>
    public SavedTextAttribute()
    {
        AcceptsEmptyText = true;
        AcceptsAnyCharacter = true;
    }

    /// <inheritdoc/>
    protected override object Read(object value, PSObject given) => value switch
    {
        SavedText => value,
        string text => SavedText.Of(text, ComputerOf(given), TextOf(given, "PSPath")),
        _ when given.TypeNames.Contains(SelectStringOutput) && TextOf(given, "Line") is { } line =>
            SavedText.Of(line, ComputerOf(given), TextOf(given, "Path")),
        _ when TableObject.SystemOf(value, given) is { } system =>
            SavedText.OfObject(system, TableObject.ToJson(system, value, given), ComputerOf(given)),
        _ => value,
    };

    // Invoke-Command names the computer of each object, and Get-Content names the file of each line.
    private static string? ComputerOf(PSObject given) => TextOf(given, "PSComputerName");

    private static string? TextOf(PSObject given, string name) =>
        given.Properties[name]?.Value?.ToString() is { Length: > 0 } text ? text : null;
}
