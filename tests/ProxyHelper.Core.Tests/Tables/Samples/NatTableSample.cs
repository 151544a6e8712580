using System.Text.Json;
using ProxyHelper.Mappings;
using ProxyHelper.TestSupport;

namespace ProxyHelper.Tests.Tables.Samples;

/// <summary>Represents the text of a table of a router, with what a reader must find in it.</summary>
internal sealed class NatTableSample
{
    private const string ExpectedEnd = ".expected.json";

    private static readonly string _folder = Path.Combine(Repository.Root, "tests/Support/NatTables");

    private readonly JsonElement _expected;

    private NatTableSample(string path)
    {
        Name = Path.GetRelativePath(_folder, path);
        Text = File.ReadAllText(path);
        string expected = Path.ChangeExtension(path, null) + ExpectedEnd;
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(expected));
        _expected = document.RootElement.Clone();
    }

    /// <summary>Gets all samples.</summary>
    public static IReadOnlyList<NatTableSample> All { get; } =
    [
        .. Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories)
            .Where(path => !path.EndsWith(ExpectedEnd, StringComparison.Ordinal))
            .Where(path => Path.GetDirectoryName(path) != _folder)
            .Order(StringComparer.Ordinal)
            .Select(path => new NatTableSample(path)),
    ];

    /// <summary>Gets the path below the folder of the samples, such as "pf/macos.txt".</summary>
    public string Name { get; }

    /// <summary>Gets the text of the table.</summary>
    public string Text { get; }

    /// <summary>Gets the system, whose name is the folder.</summary>
    public NatSystem System => Path.GetDirectoryName(Name) switch
    {
        "linux" => NatSystem.Conntrack,
        "ipf" => NatSystem.IPFilter,
        { } folder => Enum.Parse<NatSystem>(folder, ignoreCase: true),
        null => throw new InvalidOperationException($"{Name} is not in the folder of a system."),
    };

    /// <summary>Gets the entries in the order of the text.</summary>
    public IReadOnlyList<ExpectedEntry> Entries => [.. Items("entries").Select(item => new ExpectedEntry(item))];

    /// <summary>Gets the entries of a listing that are two states.</summary>
    public IReadOnlyList<ExpectedEntry> Joined => [.. Items("joined").Select(item => new ExpectedEntry(item))];

    /// <summary>Gets the look-ups.</summary>
    public IReadOnlyList<ExpectedLookup> Lookups => [.. Items("lookups").Select(item => new ExpectedLookup(item))];

    /// <summary>Gets the lines with faults.</summary>
    public IReadOnlyList<int> FaultyLines => [.. Items("errors").SelectMany(LinesOf)];

    /// <summary>Gets the lines that say nothing about connections.</summary>
    public IReadOnlyList<int> SilentLines => [.. Items("notEntries").SelectMany(LinesOf)];

    /// <summary>Returns the sample with this name.</summary>
    public static NatTableSample Of(string name) => All.Single(sample => sample.Name == name);

    private static IEnumerable<int> LinesOf(JsonElement item)
    {
        if (item.TryGetProperty("line", out JsonElement line))
        {
            return [line.GetInt32()];
        }

        JsonElement lines = item.GetProperty("lines");
        int first = lines[0].GetInt32();
        return Enumerable.Range(first, lines[1].GetInt32() - first + 1);
    }

    private JsonElement[] Items(string name) =>
        _expected.TryGetProperty(name, out JsonElement items) ? [.. items.EnumerateArray()] : [];
}
