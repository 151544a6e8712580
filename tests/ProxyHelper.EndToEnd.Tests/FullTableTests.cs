using System.Net;
using System.Net.Sockets;
using ProxyHelper.Addresses;
using ProxyHelper.Diagnosis;
using ProxyHelper.Tests.Diagnosis;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.EndToEnd;

/// <summary>Tests a full conntrack table. The limit is that of the machine, so that these tests run alone.</summary>
[CollectionDefinition(nameof(FullTableTests), DisableParallelization = true)]
[Collection(nameof(FullTableTests))]
public sealed class FullTableTests(PublishedDaemon daemon)
{
    private const uint Assured = 4; // IPS_ASSURED: the kernel does not drop the entry to make room

    // Queries must not need an entry.
    private const string NoTracking = """
        table ip no_tracking {
            chain incoming { type filter hook prerouting priority raw; udp dport 114 notrack; }
            chain outgoing { type filter hook output priority raw; udp sport 114 notrack; }
        }
        """;

    [Fact]
    [Trait("Promise", "table-changes")]
    public async Task A_connection_without_an_entry_is_not_found_and_others_are()
    {
        using var network = RouterNetwork.Create();
        DaemonOnRouter.Track(network, TrackedConnection.Flow with { Status = Assured });
        network.Router.Run(() => Tool.Run("nft", NoTracking));
        using RunningProgram program = await DaemonOnRouter.StartAsync(network, daemon);
        using Socket proxy = DaemonOnRouter.OpenProxySocket(network);
        byte[] tracked = Query(3527), untracked = Query(3528);
        int limit = FullTable.ReadLimit();

        using (FullTable.Make())
        {
            Assert.Throws<SocketException>(() => Connect(network));
            byte[] reply = await DaemonOnRouter.ExchangeAsync(proxy, untracked);
            Assert.Equal(0x22, reply[15]); // not found
            byte[] found = TrackedConnection.Found(tracked);
            Assert.Equal(found, await DaemonOnRouter.ExchangeAsync(proxy, tracked));
        }

        Assert.Equal(limit, FullTable.ReadLimit());
    }

    [Fact]
    public void An_inspection_finds_that_the_table_is_full()
    {
        using var network = RouterNetwork.Create();
        DaemonOnRouter.Track(network, TrackedConnection.Flow);

        using (FullTable.Make())
        {
            Finding[] findings = network.Router.Run(() =>
                Inspection.Run(new InspectionOptions(), TestWords.Instance, Patience.Token()).ToArray());
            Finding table = Assert.Single(findings, finding => finding.Check == "Conntrack table");
            Assert.Equal(Severity.Warning, table.Severity);
            Assert.Contains("1 of 1 entries", table.Reason, StringComparison.Ordinal);
            Assert.Contains("sysctl -w net.netfilter.nf_conntrack_max=2", table.Action, StringComparison.Ordinal);
        }
    }

    private static byte[] Query(ushort port) =>
        QueryDatagram.Query(TransportEndPoint.Parse($"194.0.1.1:{port}"), TransportEndPoint.Parse("194.0.22.9:9199"));

    /// <summary>Opens a connection of a user. Without a conntrack entry the router drops the packets.</summary>
    private static void Connect(RouterNetwork network)
    {
        using Socket user = network.User.OpenSocket(IPEndPoint.Parse("10.1.1.1:0"), SocketType.Stream);
        user.SetRawSocketOption(6, 18, BitConverter.GetBytes(1500)); // TCP_USER_TIMEOUT, in milliseconds
        user.Connect(IPEndPoint.Parse("4.1.1.1:25"));
    }
}
