using System.Runtime.CompilerServices;
using ProxyHelper.Conntrack;
using ProxyHelper.Mappings;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.Tests.Conntrack;

/// <summary>Tests listings of the real kernel's table.</summary>
public sealed class ConntrackListingTests
{
    private const int Many = 50_000;

    private static readonly string[] _families = ["ipv4", "ipv6"];

    [Fact]
    public void The_listing_equals_that_of_the_conntrack_tool_field_by_field()
    {
        Requirement.Tool("conntrack");
        ConntrackFlow[] flows = MixedFlows.Make(600);
        KernelTable.With(flows, table =>
        {
            Dictionary<string, ConntrackEntry> before = List();
            Dictionary<string, TimeSpan> tool = _families
                .SelectMany(family => Tool.Run("conntrack", "-L", "-f", family, "-o", "extended,id").Split(
                    '\n', StringSplitOptions.RemoveEmptyEntries))
                .Select(ConntrackToolLine.Read)
                .ToDictionary(line => line.Line, line => line.Timeout);
            Dictionary<string, ConntrackEntry> after = List();

            Assert.Equal(flows.Length, tool.Count);
            Assert.Equal(tool.Keys.Order(StringComparer.Ordinal), before.Keys.Order(StringComparer.Ordinal));
            Assert.All(
                tool,
                line => Assert.InRange(line.Value, after[line.Key].Timeout!.Value, before[line.Key].Timeout!.Value));
            Assert.All(
                before.Values,
                entry => Assert.Equal(
                    ConntrackToolLine.Of(entry), ConntrackToolLine.Of(table.Find(entry.Reply, entry.ReplyZone)!)));
        });
    }

    [Fact]
    public void An_empty_table_has_an_empty_listing() => KernelTable.With([], _ => Assert.Empty(List()));

    [Theory]
    [InlineData("10.1.1.1:1000", "4.1.1.1:25", "4.1.1.1:25", "10.1.1.1:1000", NatType.None)]
    [InlineData("10.1.1.1:1000", "4.1.1.1:25", "4.1.1.1:25", "194.0.1.1:1000", NatType.Source)]
    [InlineData("10.1.1.1:1000", "4.1.1.1:25", "4.1.1.1:25", "10.1.1.1:1001", NatType.Source)]
    [InlineData("10.1.1.1:1000", "4.1.1.1:25", "194.0.22.9:25", "10.1.1.1:1000", NatType.Destination)]
    [InlineData("10.1.1.1:1000", "4.1.1.1:25", "4.1.1.1:9199", "10.1.1.1:1000", NatType.Destination)]
    [InlineData("10.1.1.1:1000", "4.1.1.1:25", "194.0.22.9:9199", "194.0.1.1:20119", NatType.Both)]
    [InlineData("[2001:db8::1]:1000", "[2001:db8::2]:25", "[2001:db8::3]:25", "[2001:db8::4]:1000", NatType.Both)]
    public void The_type_of_NAT_follows_from_the_ends(
        string source, string destination, string replySource, string replyDestination, NatType type) =>
        KernelTable.With([ConntrackFlow.Tcp(source, destination, replySource, replyDestination)], _ =>
        {
            ConntrackEntry entry = Assert.Single(List().Values);
            Assert.Equal(type, entry.NatType);
            Assert.Equal(
                (source, destination), (entry.OriginalSource.ToString(), entry.OriginalDestination.ToString()));
            Assert.Equal(
                (replyDestination, replySource),
                (entry.TranslatedSource.ToString(), entry.TranslatedDestination.ToString()));
            Assert.Equal(
                $"Tcp {source} -> {destination}, translated to {replyDestination} -> {replySource}", entry.ToString());
        });

    [Fact]
    public void A_long_listing_has_each_entry_once_and_keeps_nothing() => KernelTable.With(Numbered(), table =>
    {
        int sockets = OwnNetlinkSockets(); // before any listing
        Assert.Equal((uint)Many, table.ReadStatistics().Entries);
        Assert.Equal(
            Many,
            ConntrackTable.Enumerate(TestContext.Current.CancellationToken)
                .Select(entry => entry.OriginalSource)
                .Distinct()
                .Count());
        Assert.Equal(
            10,
            ConntrackTable.Enumerate(TestContext.Current.CancellationToken)
                .Take(10)
                .Select(entry => entry.Id)
                .Distinct()
                .Count());
        AssertClosed(sockets); // a listing that ends early closes its socket

        using var ending = new CancellationTokenSource();
        int read = 0;
        Assert.Throws<OperationCanceledException>(() =>
        {
            foreach (ConntrackEntry entry in ConntrackTable.Enumerate(ending.Token))
            {
                Assert.NotNull(entry.Id);
                read++;
                ending.Cancel();
            }
        });
        Assert.InRange(read, 1, 1000); // not beyond the datagram that was being read
        AssertClosed(sockets);
        Assert.InRange(CountAliveAfterHalf(), 0, 100);
    });

    // Follows every sixteenth entry. Entries that are still alive during the listing are kept by the listing.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int CountAliveAfterHalf()
    {
        var seen = new List<WeakReference>();
        using IEnumerator<ConntrackEntry> listing = ConntrackTable.Enumerate().GetEnumerator();
        for (int i = 0; i < Many / 2; i++)
        {
            Step(listing, seen, i % 16 == 0);
        }

        GC.Collect();
        int alive = seen.Count(reference => reference.IsAlive);
        Assert.True(listing.MoveNext());
        return alive;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Step(IEnumerator<ConntrackEntry> listing, List<WeakReference> seen, bool isFollowed)
    {
        Assert.True(listing.MoveNext());
        if (isFollowed)
        {
            seen.Add(new WeakReference(listing.Current));
        }
    }

    // A program that another test starts has a copy of every descriptor until the program runs, so this can take a
    // moment.
    private static void AssertClosed(int sockets) =>
        Assert.True(SpinWait.SpinUntil(() => OwnNetlinkSockets() == sockets, TimeSpan.FromMinutes(1)));

    // Counts only the netlink sockets of this thread's namespace, so that other tests do not matter.
    private static int OwnNetlinkSockets() =>
        File.ReadLines("/proc/thread-self/net/netlink").Count(
            line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1] == "12");

    private static Dictionary<string, ConntrackEntry> List() =>
        ConntrackTable.Enumerate().ToDictionary(ConntrackToolLine.Of);

    private static ConntrackFlow[] Numbered() =>
        [.. Enumerable.Range(0, Many).Select(
            number => ConntrackFlow.Tcp($"10.{number >> 14}.1.1:{1024 + (number & 0x3fff)}", "4.1.1.1:25"))];
}
