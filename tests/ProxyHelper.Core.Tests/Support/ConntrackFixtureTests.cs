using System.Globalization;
using ProxyHelper.Linux;
using ProxyHelper.Netlink;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.Tests.Support;

/// <summary>The entries that other tests stand on, as the conntrack tool sees them.</summary>
public sealed class ConntrackFixtureTests
{
    private static readonly ConntrackFlow _mail = ConntrackFlow.Tcp(
        "10.1.1.1:10943", "4.1.1.1:25", "194.0.22.9:9199", "194.0.1.1:20119");

    [Fact]
    public void What_it_adds_is_what_the_conntrack_tool_lists() => InNamespace(table =>
    {
        table.Add(
            _mail with { Zone = 7, Mark = 42, Status = 2 | 4, TimeoutSeconds = 100_000 },
            ConntrackFlow.Udp("[2001:db8::1]:5000", "[2001:db8::2]:53"),
            ConntrackFlow.Echo("10.1.1.1", "4.1.1.1", 77),
            ConntrackFlow.Echo("2001:db8::1", "2001:db8::2", 78));

        string[] lines = List();
        Assert.Equal(4, lines.Length);
        AssertHas(
            lines,
            "ESTABLISHED src=10.1.1.1 dst=4.1.1.1 sport=10943 dport=25",
            "src=194.0.22.9 dst=194.0.1.1 sport=9199 dport=20119 [ASSURED] mark=42 zone=7");
        AssertHas(
            lines,
            "src=2001:db8::1 dst=2001:db8::2 sport=5000 dport=53 [UNREPLIED]",
            "src=2001:db8::2 dst=2001:db8::1 sport=53 dport=5000");
        AssertHas(
            lines,
            "src=10.1.1.1 dst=4.1.1.1 type=8 code=0 id=77 [UNREPLIED]",
            "src=4.1.1.1 dst=10.1.1.1 type=0 code=0 id=77");
        AssertHas(
            lines,
            "src=2001:db8::1 dst=2001:db8::2 type=128 code=0 id=78 [UNREPLIED]",
            "src=2001:db8::2 dst=2001:db8::1 type=129 code=0 id=78");
    });

    [Fact]
    public void Deleting_takes_one_entry_of_one_zone_and_flushing_all() => InNamespace(table =>
    {
        table.Add(_mail, _mail with { Zone = 7 }, ConntrackFlow.Echo("10.1.1.1", "4.1.1.1", 77));
        table.Delete(_mail with { Zone = 7 });
        Assert.Equal(2, List().Length);
        Assert.DoesNotContain(List(), line => line.Contains("zone=7", StringComparison.Ordinal));
        table.Flush();
        Assert.Empty(List());
    });

    [Fact]
    public void A_refusal_is_thrown_with_the_kernels_error_number() => InNamespace(table =>
    {
        table.Add(_mail);
        Assert.Equal(17, (int)Assert.Throws<NetlinkException>(() => table.Add(_mail)).Errno); // EEXIST
        Assert.Equal(Errno.ENOENT, Assert.Throws<NetlinkException>(() => table.Delete(_mail with { Zone = 7 })).Errno);
        Capability.DropNetAdmin();
        Assert.Equal(Errno.EPERM, Assert.Throws<NetlinkException>(() => table.Delete(_mail)).Errno);
    });

    [Fact]
    public void A_hundred_thousand_entries_are_all_there() => InNamespace(table =>
    {
        table.Add(Enumerable.Range(0, 100_000)
            .Select(i => ConntrackFlow.Tcp($"10.{i >> 14}.1.1:{1024 + (i & 0x3fff)}", "4.1.1.1:25")));
        Assert.Equal(100_000, int.Parse(Tool.Run("conntrack", "-C"), CultureInfo.InvariantCulture));
    });

    private static void InNamespace(Action<ConntrackFixture> body)
    {
        Requirement.Tool("conntrack");
        NetworkNamespace.Run(() =>
        {
            using ConntrackFixture table = ConntrackFixture.Open();
            body(table);
        });
    }

    private static void AssertHas(string[] lines, string original, string reply) =>
        Assert.Contains(lines, line => line.Contains($"{original} {reply}", StringComparison.Ordinal));

    private static string[] List() => Tool.Run("conntrack", "-L", "-o", "extended")
        .Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
