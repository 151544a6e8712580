using System.Net;
using System.Net.Sockets;
using ProxyHelper.Addresses;
using ProxyHelper.Relay;
using ProxyHelper.Telemetry;
using Xunit;

namespace ProxyHelper.Tests.Relay;

/// <summary>Tests that the notice of each refusal names the next step.</summary>
public sealed class RelayNoticeTests
{
    /// <summary>Gets the outcomes whose notice has advice that does not depend on an error or the target.</summary>
    public static TheoryData<RelayOutcome> WithAdvice { get; } =
    [
        .. RelayOutcomes.All
            .Where(row => row.Notice is not null)
            .Select(row => row.Outcome)
            .Except([RelayOutcome.TargetRefused, RelayOutcome.TargetTimeout, RelayOutcome.LocalFault]),
    ];

    [Theory]
    [MemberData(nameof(WithAdvice))]
    public void Each_refusal_has_advice(RelayOutcome outcome)
    {
        string advice = string.Format(null, RelayOutcomes.Row(outcome).Advice!, "194.0.1.1:20119", "194.0.1.1", 114);
        Assert.EndsWith(".", advice, StringComparison.Ordinal);
        Assert.DoesNotContain("{", advice, StringComparison.Ordinal);
    }

    [Fact]
    public void A_host_that_is_no_router_is_named() => RelayRun.In(run =>
    {
        using Socket user = RelayRun.Connect("194.0.1.2");
        RelayRun.AssertReset(user);
        AssertNotice(
            run,
            $"Reset a connection from {user.LocalEndPoint}, which is not a router. If 194.0.1.2 is a router, add it to "
                + "'router' (-Router). If not, close the port to it.");
    });

    [Fact]
    public void A_port_that_is_not_allowed_is_named_with_the_setting() => RelayRun.In(
        run =>
        {
            using Socket user = RelayRun.Connect();
            RelayRun.AssertReset(user);
            AssertNotice(
                run,
                $"Reset a connection from {user.LocalEndPoint}: its original port is not allowed. 10.1.1.1:"
                    + $"{((IPEndPoint)user.LocalEndPoint!).Port} -> 4.1.1.1:80. If the router redirects this "
                    + "port on purpose, add it to 'allow-port' (-AllowedPort).");
        },
        rules: RelayRun.Rules with { AllowedPorts = [new PortRange(443, 443)] });

    private static void AssertNotice(RelayRun run, string message)
    {
        run.Await(counts => counts is { Open: 0, Refused: 1 });
        Assert.True(run.Relay.Notices.TryRead(out ServerNotice? notice));
        Assert.Equal(message, notice.Message);
    }
}
