namespace ProxyHelper.Documents.Pages;

/// <summary>Represents a row of a table in a document, without the heading of the table.</summary>
/// <param name="Place">The document and the number of the line.</param>
/// <param name="Title">The first cell of the table's heading.</param>
/// <param name="Cells">The cells. A \| in a cell is a |.</param>
internal sealed record DocumentRow(string Place, string Title, IReadOnlyList<string> Cells)
{
    /// <summary>Returns the rows of all tables of a document.</summary>
    public static IEnumerable<DocumentRow> Read(string path)
    {
        string title = string.Empty, previous = string.Empty;
        bool isCode = false;
        int number = 0;
        foreach (string line in Document.All.Single(document => document.Path == path).Text.Split('\n'))
        {
            number++;
            isCode ^= line.TrimStart().StartsWith("```", StringComparison.Ordinal);
            if (isCode || !line.StartsWith('|'))
            {
                title = string.Empty;
            }
            else if (line.StartsWith("| ---", StringComparison.Ordinal))
            {
                title = Split(previous)[0];
            }
            else if (title.Length > 0)
            {
                yield return new DocumentRow($"{path}:{number}", title, Split(line));
            }

            previous = line;
        }
    }

    private static string[] Split(string line) =>
    [
        .. line.Replace(@"\|", "\n", StringComparison.Ordinal).Trim().Trim('|').Split('|')
            .Select(cell => cell.Trim().Replace('\n', '|')),
    ];
}
