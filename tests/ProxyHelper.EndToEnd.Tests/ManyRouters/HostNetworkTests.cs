using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.EndToEnd.ManyRouters;

/// <summary>Tests the hosts and links that the tests of many routers build on.</summary>
public sealed class HostNetworkTests
{
    [Fact]
    public async Task Hosts_of_a_switch_reach_each_other_and_hosts_behind_a_router()
    {
        using var network = HostNetwork.Create();
        NetworkHost users = network.AddSwitch("users");
        NetworkHost router = network.AddRouter("router"), first = network.AddHost("1"), second = network.AddHost("2");
        network.Plug(router, "users", users);
        network.Plug(first, "uplink", users);
        network.Plug(second, "uplink", users);
        NetworkHost proxy = network.AddHost("proxy");
        HostNetwork.Connect(router, "proxies", proxy, "uplink");
        router.AddAddress("10.1.1.254/24", "users");
        router.AddAddress("194.0.22.254/24", "proxies");
        first.AddAddress("10.1.1.1/24", "uplink");
        second.AddAddress("10.1.1.2/24", "uplink");
        second.AddAddresses("10.1.1.64/26");
        second.AddRoute("default", "10.1.1.254");
        proxy.AddAddress("194.0.22.9/24", "uplink");
        proxy.AddRoute("10.1.1.0/24", "194.0.22.254");

        await AssertSendsAsync(first, "10.1.1.1", second, "10.1.1.100");
        await AssertSendsAsync(second, "10.1.1.100", proxy, "194.0.22.9");
        await AssertSendsAsync(proxy, "194.0.22.9", second, "10.1.1.2");
    }

    [Fact]
    public async Task Two_networks_can_have_the_same_roles_and_addresses()
    {
        using HostNetwork one = HostNetwork.Create(), two = HostNetwork.Create();
        foreach (HostNetwork network in (HostNetwork[])[one, two])
        {
            NetworkHost user = network.AddHost("user"), proxy = network.AddHost("proxy");
            HostNetwork.Connect(user, "uplink", proxy, "uplink");
            user.AddAddress("10.1.1.1/24", "uplink");
            proxy.AddAddress("10.1.1.2/24", "uplink");
            await AssertSendsAsync(user, "10.1.1.1", proxy, "10.1.1.2");
        }
    }

    [Fact]
    public async Task The_end_of_a_network_ends_the_programs_on_its_hosts()
    {
        string name;
        RunningProgram program;
        using (var network = HostNetwork.Create())
        {
            NetworkHost host = network.AddHost("host");
            name = host.Name;
            program = host.Run(() => RunningProgram.Start("sleep", "infinity"));
            Assert.True(File.Exists($"/run/netns/{name}"));
        }

        using (program)
        {
            Assert.NotEqual(0, await program.ExitAsync());
        }

        Assert.False(File.Exists($"/run/netns/{name}"));
    }

    [Fact]
    public async Task Only_hosts_of_test_programs_that_ended_are_removed_as_abandoned()
    {
        using var network = HostNetwork.Create();
        NetworkHost own = network.AddHost("host");
        using var ended = Process.Start("true");
        await ended.WaitForExitAsync(Patience.Token());
        string abandoned = $"proxyhelper-{ended.Id}-1-router";
        Tool.Run("ip", "netns", "add", abandoned);

        HostNetwork.RemoveAbandoned();

        Assert.False(File.Exists($"/run/netns/{abandoned}"));
        Assert.True(File.Exists($"/run/netns/{own.Name}"));
    }

    private static async Task AssertSendsAsync(NetworkHost from, string source, NetworkHost to, string destination)
    {
        using Socket receiver = to.OpenSocket(IPEndPoint.Parse($"{destination}:1114"), SocketType.Dgram);
        using Socket sender = from.OpenSocket(IPEndPoint.Parse($"{source}:0"), SocketType.Dgram);
        await sender.SendToAsync(new byte[1], receiver.LocalEndPoint!, Patience.Token());
        SocketReceiveFromResult received = await receiver.ReceiveFromAsync(
            new byte[2], new IPEndPoint(IPAddress.Any, 0), Patience.Token());
        Assert.Equal((1, sender.LocalEndPoint), (received.ReceivedBytes, received.RemoteEndPoint));
    }
}
