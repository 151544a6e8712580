using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.Mappings;
using ProxyHelper.TestSupport;
using ProxyHelper.Tests.Conntrack.Wire;
using Xunit;

namespace ProxyHelper.Tests.Conntrack;

/// <summary>
/// Tests listings that the real kernel filters. They are compared with the whole listing and with the conntrack tool.
/// </summary>
public sealed class ConntrackFilterTests
{
    private const int Many = 4000;

    private static readonly string[] _families = ["ipv4", "ipv6"];
    private static readonly ConntrackFilter _tcp = new() { Protocols = [IPProtocol.Tcp] };

    /// <summary>
    /// The options of the conntrack tool and the same filters. The tool lists one address family, and the filter lists
    /// both.
    /// </summary>
    public static TheoryData<string, Func<ConntrackFilter>> ToolFilters => new()
    {
        { "-s 10.1.0.3", () => new() { OriginalSources = [Parse("10.1.0.3")] } },
        { "-s 2001:db8:1::4", () => new() { OriginalSources = [Parse("2001:db8:1::4")] } },
        { "-s 10.1.0.0/27", () => new() { OriginalSources = [Parse("10.1.0.0/27")] } },
        { "-d 10.2.0.1", () => new() { OriginalDestinations = [Parse("10.2.0.1")] } },
        { "-r 10.4.0.1", () => new() { TranslatedDestinations = [Parse("10.4.0.1")] } },
        { "-q 10.5.0.1", () => new() { TranslatedSources = [Parse("10.5.0.1")] } },
        {
            "-s 10.1.0.3 -d 10.2.0.1 -p tcp",
            () => _tcp with { OriginalSources = [Parse("10.1.0.3")], OriginalDestinations = [Parse("10.2.0.1")] }
        },
        { "-p udp", () => new() { Protocols = [IPProtocol.Udp] } },
        { "-p sctp", () => new() { Protocols = [IPProtocol.Sctp] } },
        { "-p tcp --dport 25", () => _tcp with { OriginalDestinations = [Parse(":25")] } },
        { "-p tcp --reply-port-src 9199", () => _tcp with { TranslatedDestinations = [Parse(":9199")] } },
        { "-p tcp --state ESTABLISHED", () => _tcp with { States = [ConnectionState.Established] } },
        {
            "-p tcp --state TIME_WAIT -d 10.2.0.2",
            () => _tcp with { States = [ConnectionState.TimeWait], OriginalDestinations = [Parse("10.2.0.2")] }
        },
        { "-m 16", () => new() { Mark = MarkPattern.Parse("16") } },
        { "-m 0x10/0xff", () => new() { Mark = MarkPattern.Parse("0x10/0xff") } },
        { "-w 7", () => new() { Zones = [7] } },
        { "-w 0 -m 1", () => new() { Zones = [0], Mark = MarkPattern.Parse("1") } },
        { "-u ASSURED", () => new() { Status = ConntrackStatus.Assured } },
        { "-u SEEN_REPLY -p udp", () => new() { Status = ConntrackStatus.SeenReply, Protocols = [IPProtocol.Udp] } },
    };

    [Theory]
    [MemberData(nameof(ToolFilters), DisableDiscoveryEnumeration = true)]
    public void A_filtered_listing_equals_that_of_the_conntrack_tool(string tool, Func<ConntrackFilter> filter)
    {
        Requirement.Tool("conntrack");
        KernelTable.With(RandomTable.Draw(Many, seed: 1), _ =>
        {
            string family = tool.Contains("2001:", StringComparison.Ordinal) ? "ipv6"
                : tool.Contains("10.", StringComparison.Ordinal) ? "ipv4"
                : string.Empty;
            string[] expected = [.. _families.Where(name => family.Length == 0 || name == family)
                .SelectMany(name => ConntrackToolLine.List(name, tool.Split(' ')))
                .Select(line => ConntrackToolLine.Read(line).Line)
                .Order(StringComparer.Ordinal)];
            Assert.NotEmpty(expected);
            Assert.Equal(expected, List(filter()).Select(ConntrackToolLine.Of).Order(StringComparer.Ordinal));
        });
    }

    [Fact]
    public void Any_combined_filter_lists_exactly_the_entries_that_match() => WithTable(Many, seed: 2, () =>
    {
        ConntrackEntry[] all = [.. List()];
        var random = new Random(3);
        int hits = 0;
        for (int round = 0; round < 300; round++)
        {
            ConntrackFilter filter = RandomFilter.Draw(random, all[random.Next(all.Length)]);
            uint?[] expected = [.. all.Where(filter.Matches).Select(entry => entry.Id).Order()];
            Assert.Equal(expected, List(filter).Select(entry => entry.Id).Order());
            hits += expected.Length;
        }

        Assert.InRange(hits, 300, Many * 300);
    });

    [Fact]
    public void The_kernel_filters_by_one_address() => WithTable(Many, seed: 4, () =>
    {
        Assert.Equal(Count(original: "10.1.0.3"), Given("10.1.0.3"));
        Assert.InRange(Given("10.1.0.3"), 1, Many / 10);

        static int Count(string original) => List().Count(entry => entry.OriginalSource.Address == original);
        static int Given(string original) =>
            KernelListing.Count(new ConntrackFilter { OriginalSources = [Parse(original)] });
    });

    [Fact]
    public void A_filter_with_ends_of_two_families_lists_nothing() =>
        Assert.Empty(List(new ConntrackFilter
        {
            OriginalSources = [Parse("10.1.1.1")],
            OriginalDestinations = [Parse("2001:db8::1")],
        }));

    [Theory]
    [InlineData(new[] { NatType.None })]
    [InlineData(new[] { NatType.Source })]
    [InlineData(new[] { NatType.Source, NatType.Both })]
    public void A_filter_by_type_of_NAT_compares_the_ends(NatType[] wanted) => WithTable(400, seed: 5, () =>
    {
        var filter = new ConntrackFilter { NatTypes = wanted };
        Assert.Equal(List().Count(entry => wanted.Contains(entry.NatType)), List(filter).Count());
        Assert.Equal(wanted.Order(), List(filter).Select(entry => entry.NatType).Distinct().Order());
    });

    [Fact]
    public void A_filter_by_id_lists_one_entry() => WithTable(400, seed: 6, () =>
    {
        ConntrackEntry wanted = List().Skip(200).First();
        Assert.Equal(wanted.Original, Assert.Single(List(new ConntrackFilter { Ids = [wanted.Id!.Value] })).Original);
    });

    [Fact]
    public void A_filter_by_port_compares_every_end() => WithTable(400, seed: 7, () =>
    {
        var filter = new ConntrackFilter { Ports = [9199, 53] };
        Assert.Equal(
            List().Where(HasPort).Select(entry => entry.Id).Order(),
            List(filter).Select(entry => entry.Id).Order());

        static bool HasPort(ConntrackEntry entry) =>
            entry.OriginalSource.Port is 9199 or 53
            || entry.OriginalDestination.Port is 9199 or 53
            || entry.TranslatedSource.Port is 9199 or 53
            || entry.TranslatedDestination.Port is 9199 or 53;
    });

    private static EndPointPattern Parse(string text) => EndPointPattern.Parse(text);

    private static void WithTable(int count, int seed, Action body) =>
        KernelTable.With(RandomTable.Draw(count, seed), _ => body());

    private static ConntrackListing List(ConntrackFilter? filter = null) =>
        ConntrackTable.Enumerate(filter ?? ConntrackFilter.Everything, TestContext.Current.CancellationToken);
}
