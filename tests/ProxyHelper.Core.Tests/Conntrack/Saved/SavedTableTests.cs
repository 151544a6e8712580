using ProxyHelper.Conntrack;
using ProxyHelper.Conntrack.Saved;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.Tests.Conntrack.Saved;

/// <summary>
/// Compares tables that the real tool and the real kernel write as text with listings of the same tables.
/// </summary>
public sealed class SavedTableTests
{
    private const int Many = 4000;

    private static readonly string[] _options =
        ["", "extended", "id", "extended,id", "timestamp", "ktimestamp", "extended,id,timestamp,ktimestamp"];

    [Fact]
    public void Lines_of_the_tool_equal_the_listing_with_any_option() => ToolTable.With(Many, AssertToolEqualsListing);

    [Fact]
    public void Lines_of_the_tool_have_counters_and_starts_if_the_kernel_keeps_them() =>
        ToolTable.With(Many, AssertToolEqualsListing, "acct", "timestamp");

    [Fact]
    public void Lines_of_proc_equal_the_listing() => ToolTable.With(Many, AssertProcEqualsListing);

    [Fact]
    public void Lines_of_proc_have_counters_if_the_kernel_keeps_them() =>
        ToolTable.With(Many, AssertProcEqualsListing, "acct", "timestamp");

    private static void AssertToolEqualsListing()
    {
        foreach (string option in _options)
        {
            AssertSame(
                () => ReadAll(RunTool("ipv4", option) + RunTool("ipv6", option)),
                option.Contains("id", StringComparison.Ordinal),
                option.Contains("ktimestamp", StringComparison.Ordinal));
        }
    }

    private static void AssertProcEqualsListing()
    {
        // /proc/net is the namespace of the process, not of this thread.
        const string table = "/proc/thread-self/net/nf_conntrack";
        Assert.SkipUnless(File.Exists(table), "needs a kernel with CONFIG_NF_CONNTRACK_PROCFS");
        AssertSame(() => ReadAll(File.ReadAllText(table)), hasIds: false, hasStarts: false);
    }

    private static string RunTool(string family, string option) =>
        Tool.Run("conntrack", ["-L", "-f", family, .. option.Length == 0 ? [] : (string[])["-o", option]]);

    private static void AssertSame(Func<List<ConntrackEntry>> read, bool hasIds, bool hasStarts)
    {
        Dictionary<(ConntrackTuple, ushort), ConntrackEntry> before = List();
        List<ConntrackEntry> saved = read();
        Dictionary<(ConntrackTuple, ushort), ConntrackEntry> after = List();
        Assert.Equal(Many + 1, before.Count);
        Assert.Equal(before.Keys.ToHashSet(), saved.Select(Key).ToHashSet());
        Assert.Equal(before.Count, saved.Count);
        foreach (ConntrackEntry entry in saved)
        {
            Assert.Equal(Values(before[Key(entry)], hasIds, hasStarts), Values(entry, hasIds: true, hasStarts: true));
            Assert.InRange(entry.Timeout!.Value, after[Key(entry)].Timeout!.Value, before[Key(entry)].Timeout!.Value);
        }
    }

    private static List<ConntrackEntry> ReadAll(string text)
    {
        List<ConntrackEntry> entries = [];
        foreach (ReadOnlySpan<char> line in text.EnumerateLines())
        {
            bool isEntry = SavedEntry.TryRead(line, out ConntrackEntry? entry, out SavedLineFault fault);
            Assert.True(
                isEntry == !line.IsEmpty && fault == SavedLineFault.None, $"{SavedEntry.Explain(line)} in {line}");
            if (isEntry)
            {
                entries.Add(entry!);
            }
        }

        return entries;
    }

    private static Dictionary<(ConntrackTuple, ushort), ConntrackEntry> List() =>
        ConntrackTable.Enumerate().ToDictionary(Key);

    private static (ConntrackTuple, ushort) Key(ConntrackEntry entry) => (entry.Original, entry.OriginalZone);

    // Text has start times in whole seconds.
    private static object Values(ConntrackEntry entry, bool hasIds, bool hasStarts) => (
        (
            entry.Original,
            entry.Reply,
            entry.State,
            entry.Status & ToolTable.StatusInText,
            entry.Mark,
            (entry.OriginalZone, entry.ReplyZone),
            hasIds ? entry.Id : null),
        (entry.OriginalPackets, entry.OriginalBytes, entry.ReplyPackets, entry.ReplyBytes),
        hasStarts ? entry.StartedAt?.ToUnixTimeSeconds() : null);
}
