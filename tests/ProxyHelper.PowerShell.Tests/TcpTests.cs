using System.Collections.ObjectModel;
using System.Management.Automation;
using ProxyHelper.Client;

namespace ProxyHelper.PowerShell.Tests;

/// <summary>Asking and answering over TCP, as smtp-gated does in mode remote.</summary>
public sealed class TcpTests
{
    private const string Question = "Test-ProxyHelper -Transport Tcp -Source 194.0.1.1:20119 -Destination 194.0.22.9:9199 -TimeoutSeconds 30";

    [Fact]
    public void It_asks_the_source_address_from_the_destination_address() => Answering(session =>
    {
        HelperAnswer answer = session.One<HelperAnswer>(Question);
        Assert.Equal((HelperOutcome.Found, 1), (answer.Outcome, answer.Sends));
        Assert.Null(answer.OriginalSource); // there is no room for it
        Assert.Equal("4.1.1.1:25 by 10.1.1.1", $"{answer.OriginalDestination} by {answer.Ident}");
        Assert.Equal("194.0.1.1:114", answer.Helper.ToString());
        Assert.Equal("194.0.22.9", answer.AskedFrom?.Address.ToString());
        Assert.True(session.One<bool>($"{Question} -Quiet"));
        Assert.Equal("NotFound", session.One("Test-ProxyHelper -Transport Tcp -Source 194.0.1.1:1 -Destination 194.0.22.9:9199").Outcome.ToString());
    });

    [Fact]
    public void The_responder_counts_and_shows_where_it_listens() => Answering(session =>
    {
        dynamic job = session.One("Get-ProxyHelper");
        Assert.Equal(("194.0.1.1:114", "194.0.1.1:114"), ((string)job.Location, (string)job.TcpLocation));
        session.One(Question);
        Assert.Equal((1, 1), ((long)job.Queries, (long)job.Found));
        Assert.Contains("Answering on 194.0.1.1:114 (UDP) and 194.0.1.1:114 (TCP).", session.Run("Receive-Job -Name ProxyHelper -Keep").Select(line => line.ToString()!.Split(' ', 3)[2]));
    });

    [Fact]
    public void Without_a_TCP_port_nothing_listens() => ClassicRouter.Run(session =>
    {
        dynamic job = session.One("Start-ProxyHelper 194.0.1.1");
        Assert.Null((string?)job.TcpLocation);
        Assert.Equal("Refused", session.One(Question).Outcome.ToString());
    });

    [Fact]
    public void Who_is_not_allowed_is_closed_at_once() => ClassicRouter.Run(session =>
    {
        dynamic job = session.One("Start-ProxyHelper 194.0.1.1 -TcpPort 114 -AllowedProxy 192.0.2.1");
        TestSupport.Tool.Run("ip", "route", "add", "local", "198.51.100.1/32", "dev", "lo"); // its own addresses are always allowed
        Assert.Equal("Closed", session.One("Test-ProxyHelper -Transport Tcp -Source 194.0.1.1:1 -Destination 198.51.100.1:9199").Outcome.ToString());
        Assert.Equal(1, (long)job.NotAllowed);
    });

    [Fact]
    public void Mappings_from_the_pipeline_are_compared_with_the_answers() => Answering(session =>
    {
        session.Run("$script:mapping = Get-NatMapping -Protocol Tcp -TranslatedSource 194.0.1.1:20119");
        Assert.True(session.One<HelperAnswer>("$mapping | Test-ProxyHelper -Transport Tcp -HelperAddress 194.0.1.1").AgreesWithMapping);
        using (var table = TestSupport.ConntrackFixture.Open())
        {
            table.Delete(ClassicRouter.UserConnection);
        }

        Assert.False(session.One<HelperAnswer>("$mapping | Test-ProxyHelper -Transport Tcp").AgreesWithMapping);
    });

    [Theory]
    [InlineData("Secret", "1")]
    [InlineData("SecretFile", "/nowhere")]
    [InlineData("Retries", "1")]
    public void What_has_no_meaning_over_TCP_is_refused(string parameter, string value) => ClassicRouter.Run(session =>
    {
        ErrorRecord error = session.Failure($"{Question} -{parameter} {value}");
        ErrorShape.Check(error, "ParameterNotForTcp", "TestProxyHelper", ErrorCategory.InvalidArgument, "ask over UDP");
        Assert.Contains($"-{parameter} has no meaning", error.Exception.Message, StringComparison.Ordinal);
    });

    [Fact]
    public void Off_the_proxy_it_cannot_be_asked_and_says_so() => ClassicRouter.Run(session =>
    {
        Collection<PSObject> answers = session.Run("Test-ProxyHelper -Transport Tcp -Source 194.0.1.1:1 -Destination 203.0.113.5:9199");
        Assert.Empty(answers);
        ErrorShape.Check(Assert.Single(session.Errors), "DestinationNotLocal", "TestProxyHelper", ErrorCategory.InvalidArgument, "on the proxy");
    });

    private static void Answering(Action<EngineSession> body) => ClassicRouter.Run(session =>
    {
        session.One("Start-ProxyHelper 194.0.1.1 -TcpPort 114");
        body(session);
    });
}
