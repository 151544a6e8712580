using System.Net;
using System.Net.Sockets;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.Tests.Conntrack;

/// <summary>Sends real packets over the loopback. Conntrack sees them because a firewall rule uses it.</summary>
internal static class LoopbackTalk
{
    /// <summary>Runs a test in a network namespace that tracks IPv4 connections.</summary>
    public static void Track(Action body)
    {
        Requirement.Tool("nft");
        NetworkNamespace.Run(() =>
        {
            Tool.Run("nft", "add table ip test; add chain ip test output { type filter hook output priority 0; }");
            Tool.Run("nft", "add rule ip test output ct state new accept");
            body();
        });
    }

    /// <summary>Makes the kernel keep counters ("acct") or start times ("timestamp").</summary>
    public static void Keep(string setting) =>
        File.WriteAllText($"/proc/sys/net/netfilter/nf_conntrack_{setting}", "1");

    /// <summary>Sends two UDP datagrams of 10 and 20 bytes, and one of 30 bytes back.</summary>
    /// <returns>The reply tuple.</returns>
    public static ConntrackTuple Talk()
    {
        using Socket client = Bind(), server = Bind();
        Span<byte> data = stackalloc byte[30];
        client.SendTo(data[..10], server.LocalEndPoint!);
        client.SendTo(data[..20], server.LocalEndPoint!);
        server.SendTo(data[..30], client.LocalEndPoint!);
        Assert.Equal(30, client.Receive(data));
        return new ConntrackTuple(IPProtocol.Udp, EndOf(server), EndOf(client));
    }

    private static Socket Bind()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.ReceiveTimeout = 60_000;
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private static TransportEndPoint EndOf(Socket socket) => KernelTable.Of((IPEndPoint)socket.LocalEndPoint!);
}
