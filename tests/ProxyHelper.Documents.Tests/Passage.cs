namespace ProxyHelper.Documents;

/// <summary>Represents a part of a document that a test uses: a code block, code in a sentence, or a link.</summary>
/// <param name="Document">The path of the document.</param>
/// <param name="Line">The number of its first line.</param>
/// <param name="Language">The language of a code block.</param>
/// <param name="Text">The text.</param>
internal sealed record Passage(string Document, int Line, string Language, string Text)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Document}:{Line}";

    /// <summary>Returns a description of a fault, with the place of the passage.</summary>
    public string Fault(string words) => $"{this}: {words}";
}
