namespace ProxyHelper.Documents;

/// <summary>A piece of a document that is tried: a code block, code in a sentence, or a link.</summary>
/// <param name="Document">The document's path.</param>
/// <param name="Line">Where it begins.</param>
/// <param name="Language">A code block's language.</param>
/// <param name="Text">What it says.</param>
internal sealed record Passage(string Document, int Line, string Language, string Text)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Document}:{Line}";

    /// <summary>What is wrong with it, so that the reader of a test's failure finds it.</summary>
    public string Fault(string words) => $"{this}: {words}";
}
