using System.Net;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.Linux;
using ProxyHelper.Mappings;
using ProxyHelper.Netlink;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.Tests.Conntrack;

/// <summary>Tests look-ups of one entry in the real kernel's table.</summary>
public sealed class ConntrackFindTests
{
    private static readonly ConntrackFlow _version6 =
        ConntrackFlow.Tcp(
            "[2001:db8:1::1]:10943", "[2001:db8:4::1]:25", "[2001:db8:22::9]:9199", "[2001:db8:194::1]:20119");

    public static TheoryData<byte> ProtocolsWithPorts { get; } = [6, 17, 47, 132, 136];

    [Theory]
    [MemberData(nameof(ProtocolsWithPorts))]
    [Trait("Promise", "correct-reply")]
    public void An_entry_is_found_by_its_reply_tuple_over_IPv4_and_IPv6(byte protocol)
    {
        byte? state = protocol == 6 ? (byte)3 : null;
        ConntrackFlow[] flows =
        [
            KernelTable.Mail with { Protocol = protocol, TcpState = state },
            _version6 with { Protocol = protocol, TcpState = state },
        ];
        KernelTable.With(flows, table => Assert.All(flows, flow => AssertFound(table, flow)));
    }

    [Fact]
    public void An_echo_is_found_by_the_identifier_that_source_NAT_gave_it()
    {
        ConntrackFlow[] flows =
        [
            ConntrackFlow.Echo("10.1.1.1", "4.1.1.1", 77) with
            {
                ReplyDestination = End("194.0.1.1"),
                ReplyEchoId = 50_000,
            },
            ConntrackFlow.Echo("2001:db8::1", "2001:db8::2", 78) with
            {
                ReplyDestination = End("2001:db8:194::1"),
                ReplyEchoId = 50_001,
            },
        ];
        KernelTable.With(flows, table =>
        {
            Assert.All(flows, flow => AssertFound(table, flow));
            var echoTuple = new ConntrackTuple(
                IPProtocol.Icmp, TransportEndPoint.Parse("194.0.1.1:50000"), TransportEndPoint.Parse("4.1.1.1:0"));
            ConntrackEntry? echo = table.Find(echoTuple.Reversed);
            Assert.Equal(
                "10.1.1.1:77 -> 4.1.1.1:0, 194.0.1.1:50000",
                $"{echo?.OriginalSource} -> {echo?.OriginalDestination}, {echo?.TranslatedSource}");
            Assert.Equal((new IcmpMessage(8, 0), new IcmpMessage(0, 0)), (echo!.Original.Icmp, echo.Reply.Icmp));
            Assert.Equal("type 8 code 0", $"{echo.Original.Icmp}");
            // The identifier before NAT.
            Assert.Null(table.Find((echoTuple with { Source = TransportEndPoint.Parse("194.0.1.1:77") }).Reversed));
        });
    }

    [Theory]
    [InlineData(50)] // ESP has no ports
    [InlineData(33)] // DCCP has ports if the kernel has its tracker
    public void An_entry_without_ports_is_found_by_the_tuple_that_the_kernel_lists(byte protocol)
    {
        ConntrackFlow flow = KernelTable.Mail with { Protocol = protocol, TcpState = null };
        KernelTable.With([flow], table =>
        {
            ConntrackEntry listed = Assert.Single(ConntrackTable.Enumerate(TestContext.Current.CancellationToken));
            ConntrackEntry? found = table.Find(listed.Reply);
            Assert.Equal((listed.Original, listed.Reply, listed.Id), (found?.Original, found?.Reply, found?.Id));
            Assert.Equal("10.1.1.1", listed.OriginalSource.Address);
        });
    }

    [Fact]
    public void An_entry_is_found_in_its_own_zone_only()
    {
        ConntrackFlow inZone = KernelTable.Mail with { Zone = 7, OriginalSource = IPEndPoint.Parse("10.7.7.7:7") };
        KernelTable.With([inZone], table =>
        {
            ConntrackTuple reply = KernelTable.ReplyOf(inZone);
            Assert.Null(table.Find(reply));
            Assert.Null(table.Find(reply, zone: 8));
            Assert.Equal(
                (7, "10.7.7.7:7"),
                (table.Find(reply, zone: 7)!.Zone, table.Find(reply, zone: 7)!.OriginalSource.ToString()));
        });
        KernelTable.With([inZone, KernelTable.Mail], table =>
        {
            ConntrackTuple reply = KernelTable.ReplyOf(inZone);
            Assert.Equal(
                (0, "10.1.1.1:10943"), (table.Find(reply)!.Zone, table.Find(reply)!.OriginalSource.ToString()));
            Assert.Equal(
                (7, "10.7.7.7:7"),
                (table.Find(reply, zone: 7)!.Zone, table.Find(reply, zone: 7)!.OriginalSource.ToString()));
        });
    }

    [Fact]
    [Trait("Promise", "correct-reply")]
    public void An_entry_is_not_found_by_its_original_tuple() => WithMail(table =>
    {
        ConntrackTuple original = KernelTable.OriginalOf(KernelTable.Mail);
        Assert.Null(table.Find(original));
        var lookups = new Lookup[2];
        Assert.Equal(Errno.None, table.FindMany([original, KernelTable.ReplyOf(KernelTable.Mail)], lookups));
        Assert.Equal([new Lookup(LookupOutcome.NotFound, default), new Lookup(LookupOutcome.Found, original)], lookups);
    });

    [Fact]
    public void An_entry_without_NAT_is_found_and_has_no_translated_end()
    {
        ConntrackFlow plain = ConntrackFlow.Tcp("10.1.1.1:10943", "4.1.1.1:25");
        KernelTable.With([plain], table =>
        {
            ConntrackEntry entry = AssertFound(table, plain);
            Assert.Equal((NatType.None, entry.Original), (entry.NatType, entry.Reply.Reversed));
        });
    }

    [Theory]
    [InlineData(1, ConnectionState.SynSent)]
    [InlineData(3, ConnectionState.Established)]
    [InlineData(7, ConnectionState.TimeWait)]
    [InlineData(8, ConnectionState.Close)]
    public void A_closed_connection_is_found_while_the_kernel_keeps_its_entry(byte number, ConnectionState state) =>
        KernelTable.With(
            [KernelTable.Mail with { TcpState = number }],
            table => Assert.Equal(state, AssertFound(table, KernelTable.Mail).State));

    [Fact]
    public void Mark_status_timeout_and_id_are_those_of_the_kernel()
    {
        ConntrackFlow flow = KernelTable.Mail with { Mark = 0xFEDCBA98, Status = 2 | 4, TimeoutSeconds = 100_000 };
        KernelTable.With([flow], table =>
        {
            ConntrackEntry entry = AssertFound(table, KernelTable.Mail);
            Assert.Equal(
                (0xFEDCBA98, ConntrackStatus.SeenReply | ConntrackStatus.Assured | ConntrackStatus.Confirmed),
                (entry.Mark, entry.Status));
            Assert.InRange(entry.Timeout!.Value, TimeSpan.FromSeconds(99_000), TimeSpan.FromSeconds(100_000));
            Assert.NotNull(entry.Id);
        });
    }

    [Fact]
    [Trait("Promise", "correct-reply")]
    public void An_entry_is_not_found_by_a_tuple_that_differs_in_one_part() => WithMail(table =>
    {
        ConntrackTuple reply = KernelTable.ReplyOf(KernelTable.Mail);
        Assert.NotNull(table.Find(reply));
        Assert.Null(table.Find(reply with { Protocol = IPProtocol.Udp }));
        Assert.Null(table.Find(reply with { Source = TransportEndPoint.Parse("194.0.22.9:9198") }));
        Assert.Null(table.Find(reply with { Source = TransportEndPoint.Parse("194.0.22.8:9199") }));
        Assert.Null(table.Find(reply with { Destination = TransportEndPoint.Parse("194.0.1.1:20118") }));
        Assert.Null(table.Find(reply.Reversed));
        using ConntrackFixture fixture = ConntrackFixture.Open();
        fixture.Flush();
        Assert.Null(table.Find(reply));
    });

    [Fact]
    public void Without_CAP_NET_ADMIN_every_request_fails_with_EPERM() => WithMail(table =>
    {
        ConntrackTuple reply = KernelTable.ReplyOf(KernelTable.Mail);
        Assert.NotNull(table.Find(reply));
        Capability.DropNetAdmin();
        Assert.Equal(Errno.EPERM, Assert.Throws<NetlinkException>(() => table.Find(reply)).Errno);
        Assert.Equal(Errno.EPERM, Assert.Throws<NetlinkException>(() => table.ReadStatistics()).Errno);
        Assert.Equal(
            Errno.EPERM,
            Assert.Throws<NetlinkException>(
                () => ConntrackTable.Enumerate(TestContext.Current.CancellationToken).Count())
                .Errno);
        var lookups = new Lookup[2];
        Assert.Equal(Errno.EPERM, table.FindMany([reply, reply], lookups));
        Assert.Equal([default, default], lookups);
    });

    [Fact]
    public void Statistics_count_the_entries_of_this_namespace() => WithTwo(table =>
    {
        Assert.Equal(2u, table.ReadStatistics().Entries);
        string limit = File.ReadAllText("/proc/sys/net/netfilter/nf_conntrack_max").Trim();
        Assert.Equal(
            limit, table.ReadStatistics().Maximum?.ToString(System.Globalization.CultureInfo.InvariantCulture));
    });

    private static void WithTwo(Action<ConntrackTable> body) => KernelTable.With([KernelTable.Mail, _version6], body);

    private static void WithMail(Action<ConntrackTable> body) => KernelTable.With([KernelTable.Mail], body);

    private static IPEndPoint End(string address) => new(IPAddress.Parse(address), 0);

    private static ConntrackEntry AssertFound(ConntrackTable table, ConntrackFlow flow)
    {
        ConntrackEntry? entry = table.Find(KernelTable.ReplyOf(flow));
        Assert.NotNull(entry);
        Assert.Equal((KernelTable.OriginalOf(flow), KernelTable.ReplyOf(flow)), (entry.Original, entry.Reply));
        return entry;
    }
}
