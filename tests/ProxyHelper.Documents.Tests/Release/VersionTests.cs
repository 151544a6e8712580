using System.Globalization;
using System.Text.RegularExpressions;

namespace ProxyHelper.Documents.Release;

/// <summary>Tests that all parts name the same release.</summary>
public sealed partial class VersionTests
{
    private static readonly string _version = FindIn("ProxyHelper.psd1", Version()).Groups["version"].Value;

    [Fact]
    public void The_newest_release_of_both_changelogs_is_the_version_of_the_module_and_has_one_date()
    {
        Match release = FindIn("CHANGELOG.md", Release());
        Match entry = FindIn("src/ProxyHelper.Daemon/package/debian/changelog", DebianEntry());

        Assert.Equal(_version, release.Groups["version"].Value);
        Assert.Equal(_version, entry.Groups["version"].Value);
        Assert.Equal(Date(release), Date(entry));
    }

    [Fact]
    public void The_daemon_prints_the_version_of_the_module()
    {
        string program = Path.Combine(
            Document.Root, "src/ProxyHelper.Daemon/bin/Release/net10.0/proxy-helper");

        Assert.Equal($"proxy-helper {_version}", Tool.Run(program, "--version").Trim());
    }

    [Fact]
    public void Each_package_that_a_text_names_has_this_version()
    {
        var named = UserText.All
            .SelectMany(text => Package().Matches(text.Text), (text, package) => (text, package)).ToArray();

        Assert.NotEmpty(named);
        Faults.AssertNone(
            from place in named
            where place.package.Groups["version"].Value != _version
            select place.text.Fault(place.package.Index, place.package.Value));
    }

    // Between two releases, the changelog has a section for what is not released.
    [Fact]
    public void A_release_ships_the_whole_public_surface_of_the_library()
    {
        bool isBetweenReleases = Read("CHANGELOG.md").Contains("## [Unreleased]", StringComparison.Ordinal);
        string unshipped = Read("src/ProxyHelper.Core/PublicAPI.Unshipped.txt");

        Assert.True(
            isBetweenReleases || unshipped == "#nullable enable\n",
            $"CHANGELOG.md describes a release, but these members are not shipped:\n{unshipped}");
    }

    private static DateOnly Date(Match release) =>
        DateOnly.Parse(release.Groups["date"].Value, CultureInfo.InvariantCulture);

    private static string Read(string path) => File.ReadAllText(Path.Combine(Document.Root, path));

    private static Match FindIn(string path, Regex pattern)
    {
        Match match = pattern.Match(Read(path));
        Assert.True(match.Success, $"{path} names no version.");
        return match;
    }

    [GeneratedRegex(@"^\s*ModuleVersion\s*=\s*'(?<version>[\d.]+)'", RegexOptions.Multiline)]
    private static partial Regex Version();

    [GeneratedRegex(@"^## \[(?<version>\d[\d.]*)\] - (?<date>\d{4}-\d\d-\d\d)$", RegexOptions.Multiline)]
    private static partial Regex Release();

    [GeneratedRegex(
        @"\Aproxy-helper \((?<version>[\d.]+)\) .*?^ -- .*?>  \w+, (?<date>\d+ \w+ \d{4}) ",
        RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex DebianEntry();

    [GeneratedRegex(@"(proxy-helper_|\bProxyHelper\.)(?<version>\d+(\.\d+)+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Package();
}
