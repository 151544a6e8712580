using System.Management.Automation;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Represents one or several lines of a saved table. Only text converts to this type. With a string parameter, the
/// engine would bind the text of every object from the pipeline, even of an object with a source and a destination to
/// look up.
/// </summary>
public sealed class SavedText
{
    private readonly string _text;

    // Without a public constructor, the engine cannot make a text of an object with properties.
    private SavedText(string text)
    {
        _text = text;
    }

    /// <summary>Returns the text as a value of this type.</summary>
    public static SavedText Parse(string text) => new(text);

    /// <summary>Returns the text.</summary>
    public override string ToString() => _text;
}

/// <summary>
/// Takes the line from the output of Select-String, so that a search in a saved table can be piped on.
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
    protected override object Read(object value, PSObject given) => value is string text
        ? SavedText.Parse(text)
        : given.TypeNames.Contains(SelectStringOutput) && given.Properties["Line"]?.Value is string line
            ? SavedText.Parse(line)
            : value;
}
