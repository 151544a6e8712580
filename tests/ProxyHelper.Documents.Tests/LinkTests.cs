using System.Text.RegularExpressions;

namespace ProxyHelper.Documents;

/// <summary>Tests the links of the documents. The tests do not use the Internet.</summary>
public sealed partial class LinkTests
{
    private static readonly Dictionary<string, Document> _documents = Document.All
        .ToDictionary(document => document.Path);

    [Fact]
    public void Every_link_leads_to_a_file_and_a_heading_that_are_there() =>
        Faults.AssertNone(Document.All.SelectMany(document => document.Links).Select(Fault).OfType<string>());

    [Fact]
    public void No_document_names_a_place_on_somebodys_machine() => Faults.AssertNone(
        from document in Document.All
        from Match place in PrivatePlaces().Matches(document.Text)
        select $"{document.Path}: {place.Value}");

    [Fact]
    public void Every_document_can_be_reached_from_the_first_one()
    {
        var reached = new HashSet<string> { "README.md" };
        var open = new Queue<string>(reached);
        while (open.TryDequeue(out string? path))
        {
            foreach (Passage link in _documents[path].Links.Where(link => !IsExternal(link)))
            {
                string target = Target(link).Path;
                if (_documents.ContainsKey(target) && reached.Add(target))
                {
                    open.Enqueue(target);
                }
            }
        }

        Faults.AssertNone(Document.WithCommands.Select(document => document.Path).Except(reached));
    }

    private static string? Fault(Passage link)
    {
        if (IsExternal(link))
        {
            return Uri.TryCreate(link.Text, UriKind.Absolute, out Uri? address) && address.Scheme == Uri.UriSchemeHttps
                ? null
                : link.Fault($"'{link.Text}' is no https address");
        }

        (string path, string anchor) = Target(link);
        string file = Path.Combine(Document.Root, path);
        if (link.Text.StartsWith('/') || path.StartsWith("..", StringComparison.Ordinal) || !Path.Exists(file))
        {
            return link.Fault($"'{link.Text}' is not in the repository");
        }

        return anchor.Length == 0
            || (_documents.TryGetValue(path, out Document? document) && document.Anchors.Contains(anchor))
            ? null
            : link.Fault($"'{link.Text}': no heading there has this name");
    }

    private static bool IsExternal(Passage link) =>
        link.Text.Contains("://", StringComparison.Ordinal)
        || link.Text.StartsWith("mailto:", StringComparison.Ordinal);

    private static (string Path, string Anchor) Target(Passage link)
    {
        string[] parts = Uri.UnescapeDataString(link.Text).Split('#', 2);
        string folder = Path.GetDirectoryName(link.Document)!;
        string path = parts[0].Length == 0 ? link.Document
            : Path.GetRelativePath(Document.Root, Path.GetFullPath(Path.Combine(Document.Root, folder, parts[0])));
        return (path, parts.Length > 1 ? parts[1] : string.Empty);
    }

    [GeneratedRegex(@"(?<![\w.}])/(tmp|home|root|work|Users|mnt)/\S*", RegexOptions.ExplicitCapture)]
    private static partial Regex PrivatePlaces();
}
