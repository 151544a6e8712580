using System.Net;
using ProxyHelper.Addresses;
using ProxyHelper.Diagnosis;
using Xunit;

namespace ProxyHelper.Tests.Diagnosis;

/// <summary>Tests the findings about the list of allowed proxies.</summary>
public sealed class AllowedCheckTests
{
    private static readonly HelperSockets _helper = new([IPAddress.Parse("194.0.1.1")], 114);

    [Theory]
    [InlineData("", "", "194.0.22.9:9199", "")]
    [InlineData("194.0.22.9", "", "194.0.22.9:9199", "Passed")]
    [InlineData("194.0.22.0/24 10.0.0.1", "", "194.0.22.9:9199 194.0.22.10:9199", "Passed")]
    [InlineData("10.0.0.1", "194.0.22.9", "194.0.22.9:9199", "Passed")] // a trusted client may ask, too
    [InlineData("10.0.0.1", "", "194.0.1.1:9199", "Passed")] // this host may ask, too
    [InlineData("194.0.22.8", "", "194.0.22.9:9199", "Failed")]
    [InlineData("194.0.22.9", "", "194.0.22.9:9199 194.0.22.10:9199", "Failed")]
    [InlineData("194.0.22.9", "", "", "Skipped")]
    public void The_list_is_compared_with_the_targets_of_the_DNAT(
        string allowed, string trusted, string proxies, string expected)
    {
        Finding[] findings = Judge(allowed, trusted, proxies, isCertain: true);
        Assert.Equal(expected, string.Join(' ', findings.Select(finding => finding.Severity)));
        Assert.All(findings, FindingAssert.HasAction);
    }

    [Fact]
    public void A_typing_error_fails_with_the_command_and_is_a_warning_if_the_rule_is_not_certain()
    {
        Finding failed = Assert.Single(Judge("194.0.22.8", "", "194.0.22.9:9199", isCertain: true));
        Assert.Equal(
            "The DNAT rule leads to 194.0.22.9, but the list of allowed proxies has only 194.0.22.8. " +
            "The helper is silent to queries from 194.0.22.9.",
            failed.Reason);
        Assert.Equal("<allow 194.0.22.9 on 194.0.1.1:114>", failed.Action);
        Finding warning = Assert.Single(Judge("194.0.22.8", "", "194.0.22.9:9199", isCertain: false));
        Assert.Equal(Severity.Warning, warning.Severity);
    }

    private static Finding[] Judge(string allowed, string trusted, string proxies, bool isCertain)
    {
        var options = new InspectionOptions
        {
            AllowedProxies = [.. Words(allowed).Select(EndPointPattern.Parse)],
            TrustedClients = [.. Words(trusted).Select(EndPointPattern.Parse)],
        };
        TransportEndPoint[] targets = [.. Words(proxies).Select(TransportEndPoint.Parse)];
        var destination = new DestinationJudgement(
            Finding.Passed(CheckNames.DestinationNat, "-"),
            Proxy: isCertain && targets is [var first, ..] ? first : null,
            targets,
            Doubt: null);
        return
        [
            .. new AllowedCheck(options, _helper, TestWords.Instance).Judge(
                destination, address => address.Equals(IPAddress.Parse("194.0.1.1"))),
        ];
    }

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
