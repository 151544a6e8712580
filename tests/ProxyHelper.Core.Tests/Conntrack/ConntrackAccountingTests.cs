using System.Net;
using System.Net.Sockets;
using ProxyHelper.Conntrack;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.Tests.Conntrack;

/// <summary>Real packets over the loopback, which conntrack sees as soon as a rule asks for it.</summary>
public sealed class ConntrackAccountingTests
{
    private const int HeaderBytes = 20 + 8; // IPv4 and UDP

    [Fact]
    public void Counters_and_times_are_null_where_the_kernel_does_not_keep_them() => Track(() =>
    {
        ConntrackEntry entry = Talk();
        Assert.Equal((null, null), (entry.OriginalPackets, entry.OriginalBytes));
        Assert.Equal((null, null), (entry.ReplyPackets, entry.ReplyBytes));
        Assert.Null(entry.StartedAt);
    });

    [Fact]
    public void Counters_count_each_direction_where_the_kernel_keeps_them() => Track(() =>
    {
        File.WriteAllText("/proc/sys/net/netfilter/nf_conntrack_acct", "1");
        ConntrackEntry entry = Talk();
        Assert.Equal((2ul, (ulong)((2 * HeaderBytes) + 10 + 20)), (entry.OriginalPackets, entry.OriginalBytes));
        Assert.Equal((1ul, (ulong)(HeaderBytes + 30)), (entry.ReplyPackets, entry.ReplyBytes));
        Assert.Null(entry.StartedAt);
    });

    [Fact]
    public void The_start_is_told_where_the_kernel_keeps_it() => Track(() =>
    {
        File.WriteAllText("/proc/sys/net/netfilter/nf_conntrack_timestamp", "1");
        DateTimeOffset before = DateTimeOffset.UtcNow;
        ConntrackEntry entry = Talk();
        Assert.InRange(entry.StartedAt!.Value, before.AddMinutes(-1), DateTimeOffset.UtcNow.AddMinutes(1)); // its unit and its era, not its precision
        Assert.Null(entry.OriginalPackets);
    });

    private static void Track(Action body)
    {
        Requirement.Tool("nft");
        NetworkNamespace.Run(() =>
        {
            Tool.Run("nft", "add table ip test; add chain ip test output { type filter hook output priority 0; }");
            Tool.Run("nft", "add rule ip test output ct state new accept");
            body();
        });
    }

    /// <summary>Two datagrams there and one back.</summary>
    private static ConntrackEntry Talk()
    {
        using Socket client = Bind(), server = Bind();
        Span<byte> data = stackalloc byte[30];
        client.SendTo(data[..10], server.LocalEndPoint!);
        client.SendTo(data[..20], server.LocalEndPoint!);
        server.SendTo(data[..30], client.LocalEndPoint!);
        Assert.Equal(30, client.Receive(data));
        using ConntrackTable table = ConntrackTable.Open();
        ConntrackEntry? entry = table.Find(new ConntrackTuple(IPProtocol.Udp, EndOf(server), EndOf(client)));
        Assert.Equal(EndOf(client), entry?.OriginalSource);
        return entry!;
    }

    private static Socket Bind()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 60_000 };
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private static TransportEndPoint EndOf(Socket socket) => KernelTable.Of((IPEndPoint)socket.LocalEndPoint!);
}
