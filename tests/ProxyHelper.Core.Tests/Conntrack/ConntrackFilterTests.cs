using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.TestSupport;
using ProxyHelper.Tests.Conntrack.Wire;
using Xunit;

namespace ProxyHelper.Tests.Conntrack;

/// <summary>Listings that the real kernel filters, beside the whole listing and beside the conntrack tool's own filters.</summary>
public sealed class ConntrackFilterTests
{
    private const int Many = 4000;

    private static readonly string[] _families = ["ipv4", "ipv6"];

    /// <summary>What the conntrack tool is asked, and the same filter here. What the tool shows of one family, it shows for both here.</summary>
    public static TheoryData<string, Func<ConntrackFilter>> ToolFilters => new()
    {
        { "-s 10.1.0.3", () => new() { OriginalSources = [EndPointPattern.Parse("10.1.0.3")] } },
        { "-s 2001:db8:1::4", () => new() { OriginalSources = [EndPointPattern.Parse("2001:db8:1::4")] } },
        { "-s 10.1.0.0/27", () => new() { OriginalSources = [EndPointPattern.Parse("10.1.0.0/27")] } },
        { "-d 10.2.0.1", () => new() { OriginalDestinations = [EndPointPattern.Parse("10.2.0.1")] } },
        { "-r 10.4.0.1", () => new() { TranslatedDestinations = [EndPointPattern.Parse("10.4.0.1")] } },
        { "-q 10.5.0.1", () => new() { TranslatedSources = [EndPointPattern.Parse("10.5.0.1")] } },
        { "-s 10.1.0.3 -d 10.2.0.1 -p tcp", () => new() { OriginalSources = [EndPointPattern.Parse("10.1.0.3")], OriginalDestinations = [EndPointPattern.Parse("10.2.0.1")], Protocols = [IPProtocol.Tcp] } },
        { "-p udp", () => new() { Protocols = [IPProtocol.Udp] } },
        { "-p sctp", () => new() { Protocols = [IPProtocol.Sctp] } },
        { "-p tcp --dport 25", () => new() { Protocols = [IPProtocol.Tcp], OriginalDestinations = [EndPointPattern.Parse(":25")] } },
        { "-p tcp --reply-port-src 9199", () => new() { Protocols = [IPProtocol.Tcp], TranslatedDestinations = [EndPointPattern.Parse(":9199")] } },
        { "-p tcp --state ESTABLISHED", () => new() { Protocols = [IPProtocol.Tcp], States = [ConnectionState.Established] } },
        { "-p tcp --state TIME_WAIT -d 10.2.0.2", () => new() { Protocols = [IPProtocol.Tcp], States = [ConnectionState.TimeWait], OriginalDestinations = [EndPointPattern.Parse("10.2.0.2")] } },
        { "-m 16", () => new() { Mark = MarkPattern.Parse("16") } },
        { "-m 0x10/0xff", () => new() { Mark = MarkPattern.Parse("0x10/0xff") } },
        { "-w 7", () => new() { Zones = [7] } },
        { "-w 0 -m 1", () => new() { Zones = [0], Mark = MarkPattern.Parse("1") } },
        { "-u ASSURED", () => new() { Status = ConntrackStatus.Assured } },
        { "-u SEEN_REPLY -p udp", () => new() { Status = ConntrackStatus.SeenReply, Protocols = [IPProtocol.Udp] } },
    };

    [Theory]
    [MemberData(nameof(ToolFilters), DisableDiscoveryEnumeration = true)]
    public void A_filtered_listing_is_the_conntrack_tools(string tool, Func<ConntrackFilter> filter)
    {
        Requirement.Tool("conntrack");
        KernelTable.With(RandomTable.Draw(Many, seed: 1), _ =>
        {
            string family = tool.Contains("2001:", StringComparison.Ordinal) ? "ipv6" : tool.Contains("10.", StringComparison.Ordinal) ? "ipv4" : string.Empty;
            string[] expected = [.. _families.Where(name => family.Length == 0 || name == family)
                .SelectMany(name => Tool.Run("conntrack", ["-L", "-f", name, "-o", "extended,id", .. tool.Split(' ')]).Split('\n', StringSplitOptions.RemoveEmptyEntries))
                .Select(line => ConntrackToolLine.Read(line).Line)
                .Order(StringComparer.Ordinal)];
            Assert.NotEmpty(expected);
            Assert.Equal(expected, List(filter()).Select(ConntrackToolLine.Of).Order(StringComparer.Ordinal));
        });
    }

    [Fact]
    public void Whatever_is_combined_the_listing_has_what_fits_and_nothing_else() => KernelTable.With(RandomTable.Draw(Many, seed: 2), _ =>
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
    public void The_kernel_gives_little_more_than_what_is_wanted() => KernelTable.With(RandomTable.Draw(Many, seed: 4), _ =>
    {
        Assert.Equal(Count(original: "10.1.0.3"), Given("10.1.0.3"));
        Assert.InRange(Given("10.1.0.3"), 1, Many / 10);

        static int Count(string original) => List().Count(entry => entry.OriginalSource.Address == original);
        static int Given(string original) => KernelListing.Count(new ConntrackFilter { OriginalSources = [EndPointPattern.Parse(original)] });
    });

    [Fact]
    public void Ends_of_two_families_fit_nothing_and_the_kernel_is_not_asked() =>
        Assert.Empty(List(new ConntrackFilter { OriginalSources = [EndPointPattern.Parse("10.1.1.1")], OriginalDestinations = [EndPointPattern.Parse("2001:db8::1")] }));

    [Theory]
    [InlineData(new[] { NatType.None })]
    [InlineData(new[] { NatType.Source })]
    [InlineData(new[] { NatType.Source, NatType.Both })]
    public void The_kind_of_NAT_is_told_by_the_ends(NatType[] wanted) => KernelTable.With(RandomTable.Draw(400, seed: 5), _ =>
    {
        var filter = new ConntrackFilter { NatTypes = wanted };
        Assert.Equal(List().Count(entry => wanted.Contains(entry.NatType)), List(filter).Count());
        Assert.Equal(wanted.Order(), List(filter).Select(entry => entry.NatType).Distinct().Order());
    });

    [Fact]
    public void An_entry_is_found_by_its_number() => KernelTable.With(RandomTable.Draw(400, seed: 6), _ =>
    {
        ConntrackEntry wanted = List().Skip(200).First();
        Assert.Equal(wanted.Original, Assert.Single(List(new ConntrackFilter { Ids = [wanted.Id!.Value] })).Original);
    });

    [Fact]
    public void A_port_is_looked_for_at_every_end() => KernelTable.With(RandomTable.Draw(400, seed: 7), _ =>
    {
        var filter = new ConntrackFilter { Ports = [9199, 53] };
        Assert.Equal(
            List().Where(HasPort).Select(entry => entry.Id).Order(),
            List(filter).Select(entry => entry.Id).Order());

        static bool HasPort(ConntrackEntry entry) =>
            new[] { entry.OriginalSource, entry.OriginalDestination, entry.TranslatedSource, entry.TranslatedDestination }.Any(end => end.Port is 9199 or 53);
    });

    private static ConntrackListing List(ConntrackFilter? filter = null) => ConntrackTable.Enumerate(filter ?? ConntrackFilter.Everything, TestContext.Current.CancellationToken);
}
