using ProxyHelper.Addresses;
using ProxyHelper.Netlink;
using ProxyHelper.Relay;
using ProxyHelper.Relay.Asking;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.Tests.Relay.Asking;

/// <summary>Tests which connections are relayed, on a host with the address 194.0.22.9.</summary>
public sealed class RelayAdmissionTests
{
    private const string Proxy = "194.0.22.9";

    [Theory]
    [InlineData("194.0.1.1", true)]
    [InlineData("194.0.1.2", false)]
    [InlineData("10.7.255.255", true)]
    [InlineData("10.8.0.0", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData(Proxy, false)] // this host is no router
    [Trait("Promise", "relay-routers-only")]
    public void Only_routers_are_admitted(string address, bool isAdmitted) => Run(admission =>
        Assert.Equal(isAdmitted, admission.IsRouter(IPv4Address.Parse(address))));

    [Theory]
    [InlineData("10.1.1.1:10943", "4.1.1.1:80", null)]
    [InlineData("10.1.1.1:10943", "194.0.22.9:9199", RelayOutcome.Loop)] // the user connects straight to the relay
    [InlineData("10.1.1.1:10943", "194.0.22.9:22", RelayOutcome.Loop)]
    [InlineData("194.0.22.9:40000", "4.1.1.1:80", RelayOutcome.Loop)] // the proxy's own connection comes back
    [InlineData("10.1.1.1:10943", "127.0.0.1:80", RelayOutcome.Loop)]
    [InlineData("127.9.9.9:10943", "4.1.1.1:80", RelayOutcome.Loop)]
    [InlineData("10.1.1.1:10943", "0.0.0.0:80", RelayOutcome.Loop)]
    [InlineData("0.1.1.1:10943", "4.1.1.1:80", RelayOutcome.Loop)]
    [InlineData("10.1.1.1:10943", "224.0.0.1:80", RelayOutcome.Loop)]
    [InlineData("239.1.1.1:10943", "4.1.1.1:80", RelayOutcome.Loop)]
    [InlineData("10.1.1.1:10943", "255.255.255.255:80", RelayOutcome.Loop)]
    [InlineData("10.1.1.1:10943", "10.9.9.255:80", RelayOutcome.Loop)] // the broadcast address of a local subnet
    [InlineData("10.1.1.1:0", "4.1.1.1:80", RelayOutcome.Loop)]
    [InlineData("10.1.1.1:10943", "4.1.1.1:0", RelayOutcome.Loop)]
    [InlineData("10.1.1.1:10943", "[2001:db8::1]:80", RelayOutcome.Loop)] // no reply has IPv6
    [Trait("Promise", "relay-no-loop")]
    public void Ends_that_lead_back_are_a_loop(string source, string destination, RelayOutcome? outcome) =>
        Run(admission => Assert.Equal(
            outcome,
            admission.FindRefusal(TransportEndPoint.Parse(source), TransportEndPoint.Parse(destination))));

    [Theory]
    [InlineData(80, null)]
    [InlineData(79, RelayOutcome.PortNotAllowed)]
    [InlineData(81, RelayOutcome.PortNotAllowed)]
    [InlineData(8000, null)]
    [InlineData(8099, null)]
    [InlineData(8100, RelayOutcome.PortNotAllowed)]
    [InlineData(10943, RelayOutcome.PortNotAllowed)] // the port of the source does not count
    [Trait("Promise", "relay-allowed-ports")]
    public void Only_allowed_ports_are_relayed(ushort port, RelayOutcome? outcome) => Run(
        admission => Assert.Equal(
            outcome,
            admission.FindRefusal(
                TransportEndPoint.Parse("10.1.1.1:10943"), new TransportEndPoint(IPv4Address.Parse("4.1.1.1"), port))),
        new PortRange(80, 80),
        new PortRange(8000, 8099));

    [Fact]
    public void A_loop_is_a_loop_also_if_its_port_is_not_allowed() => Run(
        admission => Assert.Equal(
            RelayOutcome.Loop,
            admission.FindRefusal(TransportEndPoint.Parse("10.1.1.1:1"), TransportEndPoint.Parse($"{Proxy}:9199"))),
        new PortRange(80, 80));

    [Fact]
    [Trait("Promise", "relay-no-loop")]
    public void Nothing_is_relayed_while_the_addresses_of_this_host_are_unknown() => NetworkNamespace.Run(() =>
    {
        Tool.Run("ip", "address", "flush", "dev", "lo");
        using LocalAddresses local = LocalAddresses.Open();
        Assert.Equal(
            RelayOutcome.LocalFault,
            Make(local).FindRefusal(TransportEndPoint.Parse("10.1.1.1:1"), TransportEndPoint.Parse("4.1.1.1:80")));
    });

    private static void Run(Action<RelayAdmission> test, params PortRange[] ports) => NetworkNamespace.Run(
        () =>
        {
            Tool.Run("ip", "address", "add", "10.9.9.9/24", "dev", "lo");
            using LocalAddresses local = LocalAddresses.Open();
            test(Make(local, ports));
        },
        Proxy);

    private static RelayAdmission Make(LocalAddresses local, params PortRange[] ports) => new(
        new RelayRules
        {
            Routers = [EndPointPattern.Parse("194.0.1.1"), EndPointPattern.Parse("10.0.0.0/13")],
            AllowedPorts = ports,
        },
        local);
}
