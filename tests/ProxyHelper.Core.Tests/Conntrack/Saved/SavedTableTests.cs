using ProxyHelper.Conntrack;
using ProxyHelper.Conntrack.Saved;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.Tests.Conntrack.Saved;

/// <summary>Tables that the real tool and the real kernel write as text, against the same tables listed through netlink.</summary>
public sealed class SavedTableTests
{
    private const int Many = 4000;
    private const ConntrackStatus Told = ConntrackStatus.SeenReply | ConntrackStatus.Assured; // as for the rest, text lacks it or has no such entry here

    private static readonly string[] _options = ["", "extended", "id", "extended,id", "timestamp", "ktimestamp", "extended,id,timestamp,ktimestamp"];

    [Fact]
    public void Lines_of_the_tool_with_any_option_give_what_the_listing_gives() => WithTable(AssertToolGivesTheListing);

    [Fact]
    public void Lines_of_the_tool_give_counters_and_starts_where_the_kernel_keeps_them() => WithTable(AssertToolGivesTheListing, "acct", "timestamp");

    [Fact]
    public void Lines_of_proc_give_what_the_listing_gives() => WithTable(AssertProcGivesTheListing);

    [Fact]
    public void Lines_of_proc_give_counters_where_the_kernel_keeps_them() => WithTable(AssertProcGivesTheListing, "acct", "timestamp");

    private static void WithTable(Action body, params string[] kept)
    {
        Requirement.Tool("conntrack");
        LoopbackTalk.Track(() =>
        {
            Array.ForEach(kept, LoopbackTalk.Keep);
            LoopbackTalk.Talk();
            using ConntrackFixture fixture = ConntrackFixture.Open();
            fixture.Add(MixedFlows.Make(Many));
            body();
        });
    }

    private static void AssertToolGivesTheListing()
    {
        foreach (string option in _options)
        {
            AssertSame(
                () => ReadAll(Tool.Run("conntrack", Arguments("ipv4", option)) + Tool.Run("conntrack", Arguments("ipv6", option))),
                option.Contains("id", StringComparison.Ordinal),
                option.Contains("ktimestamp", StringComparison.Ordinal));
        }
    }

    private static void AssertProcGivesTheListing()
    {
        const string table = "/proc/thread-self/net/nf_conntrack"; // this thread's namespace has it, which /proc/net is not
        Assert.SkipUnless(File.Exists(table), "needs a kernel with CONFIG_NF_CONNTRACK_PROCFS");
        AssertSame(() => ReadAll(File.ReadAllText(table)), hasIds: false, hasStarts: false);
    }

    private static string[] Arguments(string family, string option) => ["-L", "-f", family, .. option.Length == 0 ? [] : (string[])["-o", option]];

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
            Assert.Equal(Facts(before[Key(entry)], hasIds, hasStarts), Facts(entry, hasIds: true, hasStarts: true));
            Assert.InRange(entry.Timeout!.Value, after[Key(entry)].Timeout!.Value, before[Key(entry)].Timeout!.Value);
        }
    }

    private static List<ConntrackEntry> ReadAll(string text)
    {
        List<ConntrackEntry> entries = [];
        foreach (ReadOnlySpan<char> line in text.EnumerateLines())
        {
            bool isEntry = SavedEntry.TryRead(line, out ConntrackEntry? entry, out SavedLineFault fault);
            Assert.True(isEntry == !line.IsEmpty && fault == SavedLineFault.None, $"{SavedEntry.Explain(line)} in {line}");
            if (isEntry)
            {
                entries.Add(entry!);
            }
        }

        return entries;
    }

    private static Dictionary<(ConntrackTuple, ushort), ConntrackEntry> List() => ConntrackTable.Enumerate().ToDictionary(Key);

    private static (ConntrackTuple, ushort) Key(ConntrackEntry entry) => (entry.Original, entry.Zone);

    // Text has whole seconds.
    private static object Facts(ConntrackEntry entry, bool hasIds, bool hasStarts) => (
        (entry.Original, entry.Reply, entry.State, entry.Status & Told, entry.Mark, entry.Zone, hasIds ? entry.Id : null),
        (entry.OriginalPackets, entry.OriginalBytes, entry.ReplyPackets, entry.ReplyBytes),
        hasStarts ? entry.StartedAt?.ToUnixTimeSeconds() : null);
}
