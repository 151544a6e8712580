using System.Management.Automation;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Represents one or several lines of a saved table. Only text converts to this type. With a string parameter, the
/// engine would bind the text of every object from the pipeline, even of an object with a source and a destination to
/// look up.
/// </summary>
/// <param name="Text">The text.</param>
public readonly record struct SavedText(string? Text)
{
    /// <summary>Returns the text as a value of this type.</summary>
    public static SavedText Parse(string text) => new(text);

    /// <summary>Returns the text.</summary>
    public override string ToString() => Text ?? string.Empty;
}

/// <summary>
/// Takes the line from the output of Select-String, so that a search in a saved table can be piped on.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SavedTextAttribute : ArgumentTransformationAttribute
{
    private const string SelectStringOutput = "Microsoft.PowerShell.Commands.MatchInfo";

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) => inputData switch
    {
        object[] several => Array.ConvertAll(several, LineOf),
        _ => LineOf(inputData),
    };

    private static object LineOf(object found)
    {
        PSObject wrapped = PSObject.AsPSObject(found ?? string.Empty);
        bool isMatch = wrapped.TypeNames.Contains(SelectStringOutput);
        return isMatch && wrapped.Properties["Line"]?.Value is string line ? new SavedText(line) : found!;
    }
}
