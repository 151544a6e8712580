using System.Net;
using ProxyHelper.Addresses;
using ProxyHelper.Diagnosis;
using ProxyHelper.Diagnosis.Relay;
using ProxyHelper.Relay;
using ProxyHelper.TestSupport;
using ProxyHelper.Tests.Server;
using Xunit;

namespace ProxyHelper.Tests.Diagnosis.Relay;

/// <summary>Tests the whole inspection of a relay's host on the real kernel, with a real helper.</summary>
public sealed class RelayInspectionTests
{
    private static readonly RelaySetup _setup = new()
    {
        Listen = [IPEndPoint.Parse("194.0.22.9:9199")],
        Routers = [EndPointPattern.Parse("194.0.1.1")],
        MaxConnections = 100,
        Timeout = TimeSpan.FromMinutes(1),
    };

    [Fact]
    public void A_host_with_a_helper_and_a_target_that_routes_passes() => WithHelper(() =>
    {
        ScriptedTarget? target = null;
        using var onward = new System.Net.Sockets.TcpClient();
        using (target = new ScriptedTarget(connection =>
        {
            onward.Client.Connect(target!.Destination);
            ScriptedTarget.Wait(connection);
        }))
        {
            Finding[] findings = Run(_setup with { Target = target.Target });
            Assert.Equal(
                [
                    "Host: Passed", "Router: Passed", "UDP answer: Passed", "Secret: Passed", "Target: Passed",
                    "PROXY header: Passed", "Open files: Passed", "DNAT rule: Skipped",
                ],
                findings.Select(finding => $"{finding.Check}: {finding.Severity}"));
            Assert.Equal("<check router for 194.0.22.9:9199>", findings[^1].Action);
            Assert.All(findings, FindingAssert.HasAction);
            Assert.Equal("194.0.22.9", target.Destination.Address.ToString()); // a container can reach this address
        }
    });

    [Fact]
    public void The_helper_is_asked_from_the_accepting_address() => Router.WithResponder(
        Router.Options("194.0.1.1"),
        Router.Rules with { AllowedProxies = [EndPointPattern.Parse("194.0.22.9")] },
        (_, _) =>
        {
            // This host may always ask, so the finding only has to name the address.
            Finding router = Run(_setup).Single(finding => finding.Check == CheckNames.Router);
            Assert.Equal("194.0.1.1 can be reached from 194.0.22.9.", router.Reason);
        });

    [Fact]
    public void A_router_without_a_helper_fails_and_the_other_checks_go_on() => Router.With(() =>
    {
        Finding[] findings = Run(_setup);
        Assert.Equal(
            [
                "Host: Passed", "Router: Passed", "UDP answer: Failed", "Secret: Skipped", "Target: Skipped",
                "Open files: Passed", "DNAT rule: Skipped",
            ],
            findings.Select(finding => $"{finding.Check}: {finding.Severity}"));
        Assert.Contains("<list helpers>", findings[2].Action, StringComparison.Ordinal);
        Assert.Equal("<give target>", findings[4].Action);
    });

    [Fact]
    public void A_router_without_a_route_fails() => NetworkNamespace.Run(() =>
    {
        Finding router = Run(_setup with { Listen = [] }).Single(finding => finding.Check == CheckNames.Router);
        FindingAssert.HasSeverity(Severity.Failed, router);
        Assert.Contains("ip route get 194.0.1.1", router.Action, StringComparison.Ordinal);
    });

    [Fact]
    public void A_wrong_secret_fails_and_is_not_shown() => WithHelper(() =>
    {
        Finding[] findings = Run(_setup with { Secret = 4711, Timeout = TimeSpan.FromMilliseconds(200) });
        Finding secret = findings.Single(finding => finding.Check == CheckNames.Secret);
        FindingAssert.HasSeverity(Severity.Failed, secret);
        Assert.DoesNotContain(findings, finding => finding.ToString().Contains("4711", StringComparison.Ordinal));
    });

    [Fact]
    public void A_silent_helper_is_no_failure_while_this_host_lacks_the_accepting_address() => Router.WithResponder(
        Router.Options("194.0.1.1"),
        Router.Rules with { Secret = 9 },
        (_, _) =>
        {
            RelaySetup absent = _setup with
            {
                Listen = [IPEndPoint.Parse("194.0.22.77:9199")], Timeout = TimeSpan.FromMilliseconds(200),
            };
            Finding answer = Run(absent).Single(finding => finding.Check == CheckNames.Answer);
            FindingAssert.HasSeverity(Severity.Skipped, answer);
            FindingAssert.HasAction(answer);
            Assert.StartsWith("This host does not have 194.0.22.77 now.", answer.Reason, StringComparison.Ordinal);
        });

    [Fact]
    public void A_helper_that_is_silent_without_the_secret_is_no_failure_if_the_secret_is_not_known() =>
        Router.WithResponder(
            Router.Options("194.0.1.1"),
            Router.Rules with { Secret = 9 },
            (_, _) =>
            {
                Finding[] findings = Run(_setup with { Secret = null, Timeout = TimeSpan.FromMilliseconds(200) });
                Assert.Equal(
                    ["UDP answer: Skipped", "Secret: Skipped"],
                    findings.Where(finding => finding.Check is CheckNames.Answer or CheckNames.Secret)
                        .Select(finding => $"{finding.Check}: {finding.Severity}"));
                Assert.All(findings, FindingAssert.HasAction);
            });

    [Fact]
    public void Each_router_is_asked_but_a_prefix_is_skipped() => Router.WithResponder(
        Router.Options("194.0.1.1", "194.0.1.2"),
        (_, _) =>
        {
            EndPointPattern[] routers =
            [
                EndPointPattern.Parse("194.0.1.1"), EndPointPattern.Parse("194.0.1.2"),
                EndPointPattern.Parse("10.0.0.0/8"),
            ];
            Finding[] findings = Run(_setup with { Routers = routers });
            Assert.Equal(
                [Severity.Passed, Severity.Passed, Severity.Skipped],
                findings.Where(finding => finding.Check == CheckNames.Router).Select(finding => finding.Severity));
            Assert.Equal(2, findings.Count(finding => finding.Check == CheckNames.Answer));
        });

    [Fact]
    public void Without_a_router_the_finding_says_how_to_give_one() => NetworkNamespace.Run(() =>
    {
        Finding router = Run(_setup with { Routers = [] }).Single(finding => finding.Check == CheckNames.Router);
        Assert.Equal((Severity.Skipped, "<give router>"), (router.Severity, router.Action));
    });

    [Theory]
    [InlineData(100, 456ul, Severity.Passed)]
    [InlineData(100, 455ul, Severity.Warning)]
    [InlineData(20_000, 1024ul, Severity.Warning)]
    [InlineData(1_000_000, 100ul, Severity.Warning)]
    public void A_low_limit_of_open_files_names_the_number_that_is_enough(
        int connections, ulong limit, Severity expected)
    {
        Finding finding = DescriptorCheck.Judge(connections, limit, RelayTestWords.Instance);
        FindingAssert.HasSeverity(expected, finding);
        FindingAssert.HasAction(finding);
        ulong needed = DescriptorNeed.Of(connections);
        Assert.StartsWith($"{connections} connections need {needed} ", finding.Reason, StringComparison.Ordinal);
        if (expected != Severity.Passed)
        {
            Assert.Contains($"<raise to {needed}>", finding.Action, StringComparison.Ordinal);
            Assert.True(DescriptorNeed.Of(DescriptorNeed.ConnectionsWithin(limit)) <= Math.Max(limit, 256));
        }
    }

    [Fact]
    public void The_set_up_of_a_relay_has_its_options_and_rules()
    {
        var options = new RelayOptions
        {
            Listen = _setup.Listen,
            Target = RelayTarget.At("/run/target.sock"),
            ProxyProtocol = ProxyProtocol.V1,
            HelperPort = 1114,
            MaxConnections = 7,
        };
        var setup = RelaySetup.Of(options, new RelayRules { Routers = _setup.Routers, Secret = 9 });
        Assert.Equal(
            (options.Target, ProxyProtocol.V1, (ushort)1114, (uint?)9, (int?)7),
            (setup.Target, setup.ProxyProtocol, setup.HelperPort, setup.Secret, setup.MaxConnections));
        Assert.Equal("194.0.1.1 to unix:/run/target.sock", setup.ToString());
    }

    [Fact]
    public void The_inspection_of_a_helper_does_not_take_the_role_of_a_relay() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Inspection.Run(
            new InspectionOptions { Role = SetupRole.Relay }, TestWords.Instance, CancellationToken.None));

    private static void WithHelper(Action body) =>
        Router.WithResponder(Router.Options("194.0.1.1"), (_, _) => body());

    private static Finding[] Run(RelaySetup setup) =>
        [.. RelayInspection.Run(setup, RelayTestWords.Instance, CancellationToken.None)];
}
