using CsCheck;
using ProxyHelper.Addresses;
using ProxyHelper.Relay;
using Xunit;

namespace ProxyHelper.Daemon.Relay;

/// <summary>Tests which changes of the rules of a relay lift a restriction.</summary>
[Trait("Promise", "safe-reload")]
public sealed class RelayLiftedRestrictionsTests
{
    private static readonly RelayRules _strict = new()
    {
        Routers = [EndPointPattern.ParseAddresses("194.0.1.0/24")],
        AllowedPorts = [new PortRange(80, 89), new PortRange(443, 443)],
        MaxConnectionsPerSource = 10,
    };

    private static readonly Gen<PortRange[]> _ranges = Gen.Select(Gen.UShort[1, 40], Gen.UShort[0, 8])
        .Select((first, more) => new PortRange(first, (ushort)(first + more))).Array[1, 6];

    [Fact]
    public void Rules_that_restrict_as_much_or_more_lift_nothing()
    {
        Assert.Empty(RelayLiftedRestrictions.Find(_strict, _strict));
        Assert.Empty(RelayLiftedRestrictions.Find(_strict, _strict with
        {
            Routers = [EndPointPattern.ParseAddresses("194.0.1.1")],
            AllowedPorts = [new PortRange(85, 86)],
            MaxConnectionsPerSource = 9,
        }));
        Assert.Empty(RelayLiftedRestrictions.Find(_strict with { AllowedPorts = [] }, _strict));
    }

    [Fact]
    public void Each_restriction_that_is_lifted_is_named_once()
    {
        RelayRules open = _strict with
        {
            Routers = [EndPointPattern.ParseAddresses("194.0.2.1")],
            AllowedPorts = [],
            MaxConnectionsPerSource = 0,
        };

        string[] lifted = [.. RelayLiftedRestrictions.Find(_strict, open)];

        string[] names = ["'router'", "'allow-port'", "'max-connections-per-source'"];
        Assert.Equal(names.Length, lifted.Length);
        Assert.All(names, name => Assert.Single(lifted, text => text.Contains(name, StringComparison.Ordinal)));
    }

    [Fact]
    public void The_ports_are_wider_exactly_if_they_allow_a_new_port() => Gen.Select(_ranges, _ranges).Sample(
        (before, after) =>
        {
            bool isWider = Enumerable.Range(1, 60).Any(port => Allows(after, port) && !Allows(before, port));
            return isWider == RelayLiftedRestrictions.Find(
                _strict with { AllowedPorts = before }, _strict with { AllowedPorts = after }).Any();
        });

    private static bool Allows(PortRange[] ranges, int port) =>
        Array.Exists(ranges, range => range.First <= port && port <= range.Last);
}
