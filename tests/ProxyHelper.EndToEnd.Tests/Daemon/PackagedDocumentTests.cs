using System.Text.RegularExpressions;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.EndToEnd.Daemon;

/// <summary>Tests that the documents of the Debian package can be read without the Internet.</summary>
public sealed partial class PackagedDocumentTests : IDisposable
{
    private readonly string _work = Directory.CreateTempSubdirectory("proxy-helper-documents-").FullName;

    public PackagedDocumentTests()
    {
        Tool.Run(Path.Combine(Repository.Root, "src", "place-documents.sh"), _work);
    }

    public void Dispose() => Directory.Delete(_work, recursive: true);

    [Fact]
    public void The_README_and_each_page_are_there()
    {
        string docs = Path.Combine(Repository.Root, "docs");
        IEnumerable<string> pages = Directory.GetFiles(docs, "*.md", SearchOption.AllDirectories)
            .Select(page => Path.GetRelativePath(docs, page))
            .Where(page => !page.StartsWith("en-US/", StringComparison.Ordinal)); // the module has these

        Assert.Equal(pages.Append("README.md").Order(), Find("*.md").Order());
    }

    [Fact]
    public void Each_link_leads_to_a_file_of_the_package_or_to_the_Internet()
    {
        string[] broken =
        [
            .. from page in Find("*.md")
               from Match link in Link().Matches(File.ReadAllText(Path.Combine(_work, page)))
               let target = Path.Combine(_work, Path.GetDirectoryName(page)!, link.Groups["target"].Value)
               where !Path.Exists(target) || !Path.GetFullPath(target).StartsWith(_work, StringComparison.Ordinal)
               select $"{page}: {link.Groups["target"].Value}",
        ];

        Assert.Empty(broken);
    }

    // Other tests load and run these blocks of the pages.
    [Fact]
    public void Each_example_is_a_block_of_its_page()
    {
        foreach (string example in Find("*").Where(path => path.StartsWith("examples/", StringComparison.Ordinal)))
        {
            string page = File.ReadAllText($"{_work}/{example.Split('/')[1]}.md");
            string[] parts = File.ReadAllText(Path.Combine(_work, example)).Split('\n', 2);

            Assert.StartsWith($"# From {example.Split('/')[1]}.md, section \"", parts[0], StringComparison.Ordinal);
            Assert.Matches($"```\\w+\n{Regex.Escape(parts[1])}```\n", page);
        }
    }

    [Theory]
    [InlineData("router", ".nft", "dnat to 194.0.22.9:9199")]
    [InlineData("router", ".sh", "-j DNAT --to-destination 194.0.22.9:9199")]
    [InlineData("security", ".nft", "udp dport 114")]
    [InlineData("security", ".sh", "--dport 114")]
    [InlineData("proxy", ".conf", "remote-udp")]
    [InlineData("relay", ".cfg", "accept-proxy")]
    [InlineData("relay", ".conf", "proxy_protocol;")]
    [InlineData("relay", ".conf", "require-proxy-header")]
    [InlineData("relay", ".nft", "redirect to")]
    public void An_example_has_the_rules_or_the_configuration(string page, string extension, string words) =>
        Assert.Contains(
            Directory.GetFiles($"{_work}/examples/{page}", $"*{extension}"),
            example => File.ReadAllText(example).Contains(words, StringComparison.Ordinal));

    [Fact]
    public void The_pair_s_folder_is_that_of_the_repository()
    {
        string pair = Path.Combine(Repository.Root, "docs", "ha");
        string[] files = [.. Directory.GetFiles(pair, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(pair, file)).Where(file => file != "README.md")];

        Assert.All(files, file =>
        {
            Assert.Equal(File.ReadAllBytes(Path.Combine(pair, file)), File.ReadAllBytes($"{_work}/ha/{file}"));
            Assert.Equal(
                Path.GetExtension(file) == ".sh" && file != "variables.sh",
                File.GetUnixFileMode($"{_work}/ha/{file}").HasFlag(UnixFileMode.UserExecute));
        });
    }

    private IEnumerable<string> Find(string pattern) => Directory.GetFiles(_work, pattern, SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(_work, file));

    [GeneratedRegex(@"(\]\(|(src|srcset|href)="")(?!https:|#)(?<target>[^)#""]+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Link();
}
