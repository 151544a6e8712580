using System.Management.Automation;

namespace ProxyHelper.PowerShell.Tests;

/// <summary>Who may ask, as Start-ProxyHelper is told.</summary>
public sealed class AccessParameterTests
{
    private const string Question = "Test-ProxyHelper 194.0.1.1 -Source 194.0.1.1:20119 -Destination 194.0.22.9:9199 -Retries 1 -TimeoutSeconds 30";

    [Theory]
    [InlineData("-AllowedProxy 194.0.22.9")]
    [InlineData("-AllowedProxy '194.0.22.0/24', 10.1.1.1")]
    [InlineData("-AllowedProxy ([ipaddress]'194.0.22.9')")]
    [InlineData("-TrustedClient 194.0.22.0/24, ([ipaddress]'10.1.1.1') -MaxQueriesPerSecond 5 -MaxQueueDelay 0:0:0.5 -Workers 2")]
    [InlineData("-MaxQueriesPerSecond 0 -MaxQueueDelay ([timespan]::FromMinutes(1)) -AllowAbsentAddress")]
    public void A_responder_that_is_told_who_may_ask_answers_those(string arguments) => ClassicRouter.Run(session =>
    {
        session.One($"Start-ProxyHelper 194.0.1.1 {arguments}");
        Assert.Equal("Found", session.One(Question).Outcome.ToString());
    });

    [Theory]
    [InlineData("-AllowedProxy proxy", "'proxy' is not an IPv4 address or prefix. Write one such as 194.0.22.9 or 194.0.22.0/24.")]
    [InlineData("-AllowedProxy 10.1.1.1/8", "Did you mean 10.0.0.0/8, or the one address?")]
    [InlineData("-TrustedClient 2001:db8::1", "is not an IPv4 address or prefix")]
    [InlineData("-AllowedProxy @()", "AllowedProxy")]
    [InlineData("-MaxQueriesPerSecond -1", "MaxQueriesPerSecond")]
    [InlineData("-MaxQueriesPerSecond 1000001", "MaxQueriesPerSecond")]
    [InlineData("-Workers 0", "Workers")]
    [InlineData("-Workers 65", "Workers")]
    public void What_cannot_be_is_refused_and_says_how_it_is_written(string arguments, string said) => ClassicRouter.Run(session =>
    {
        ErrorRecord error = session.Failure($"Start-ProxyHelper 194.0.1.1 {arguments}");
        Assert.Contains(said, error.Exception.Message, StringComparison.Ordinal);
        Assert.Empty(session.Run("Get-Job"));
    });

    [Theory]
    [InlineData("0:0:0")]
    [InlineData("0:1:1")]
    [InlineData("-0:0:1")]
    public void A_queue_delay_that_cannot_be_is_refused(string delay) => ClassicRouter.Run(session =>
    {
        ErrorRecord error = session.Failure($"Start-ProxyHelper 194.0.1.1 -MaxQueueDelay '{delay}'");
        ErrorShape.Check(error, "InvalidResponderOption", "StartProxyHelper", ErrorCategory.InvalidArgument, "Get-Help");
        Assert.Contains("a minute at most", error.Exception.Message, StringComparison.Ordinal);
    });

    [Fact]
    public void An_address_that_is_not_there_yet_needs_the_switch() => ClassicRouter.Run(session =>
    {
        ErrorShape.Check(session.Failure("Start-ProxyHelper 203.0.113.5"), "AddressNotLocal", "StartProxyHelper", ErrorCategory.InvalidArgument, "-AllowAbsentAddress");
        Assert.Equal("Running", session.One("Start-ProxyHelper 203.0.113.5 -AllowAbsentAddress").JobStateInfo.State.ToString());
    });

    [Fact]
    public void A_refusal_is_counted_by_its_reason_and_told_once_with_its_address() => ClassicRouter.Run(session =>
    {
        dynamic job = session.One("Start-ProxyHelper 194.0.1.1 -Secret 7");
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal("TimedOut", session.One($"{Question.Replace("30", "0.05", StringComparison.Ordinal)}").Outcome.ToString());
        }

        Assert.Equal((3L, 3L, 0L), ((long)job.WrongSecret, (long)job.Refused, (long)job.NotItsOwn));
        session.Run("Receive-Job -Name ProxyHelper -Keep");
        WarningRecord warning = Assert.Single(session.Warnings);
        Assert.Matches("^[0-9: -]{19} Dropped a query from 194\\.0\\.22\\.9 with a wrong secret\\.$", warning.Message);
        Assert.Null((object?)job.LastFault);
    });

    [Theory]
    [InlineData("192.0.2.1", true)] // not an address of this machine: it is asked from another
    [InlineData("194.0.22.9", false)]
    public void Silence_to_who_asks_about_anothers_connection_says_what_to_do(string destination, bool isTold) => ClassicRouter.Run(session =>
    {
        session.One("Start-ProxyHelper 194.0.1.1 -Secret 7"); // silent, since no secret is given
        string question = $"Test-ProxyHelper 194.0.1.1 -Source 194.0.1.1:20119 -Destination {destination}:9199 -Retries 1 -TimeoutSeconds 0.05";
        Assert.Equal("TimedOut", session.One(question).Outcome.ToString());
        Assert.Equal(isTold, session.Warnings.Any(warning => warning.Message.Contains("start it with -TrustedClient ", StringComparison.Ordinal)));
        Assert.False(session.One<bool>($"{question} -Quiet"));
        Assert.Empty(session.Warnings);
    });
}
