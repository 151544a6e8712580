namespace ProxyHelper.PowerShell;

/// <summary>
/// A line of a saved table, or several. It is made from text alone: were it a string, the engine would take any object that comes down the
/// pipeline for its text, also one that has a source and a destination to look up.
/// </summary>
/// <param name="Text">The text.</param>
public readonly record struct SavedText(string? Text)
{
    /// <summary>Takes a text as it is.</summary>
    public static SavedText Parse(string text) => new(text);

    /// <summary>The text.</summary>
    public override string ToString() => Text ?? string.Empty;
}
