using System.Collections.ObjectModel;
using System.Management.Automation;
using ProxyHelper.Client;

namespace ProxyHelper.PowerShell.Tests;

public sealed class TestProxyHelperTests
{
    private const string Question = "Test-ProxyHelper -Source 194.0.1.1:20119 -Destination 194.0.22.9:9199";

    [Fact]
    public void It_asks_the_source_address_from_the_destination_address() => Answering(session =>
    {
        HelperAnswer answer = session.One<HelperAnswer>($"{Question} -TimeoutSeconds 30");
        Assert.Equal(HelperOutcome.Found, answer.Outcome);
        Assert.Equal("10.1.1.1:10943", answer.OriginalSource.ToString());
        Assert.Equal("4.1.1.1:25", answer.OriginalDestination.ToString());
        Assert.Equal("10.1.1.1", answer.Ident);
        Assert.Equal("194.0.1.1:114", answer.Helper.ToString());
        Assert.Equal("194.0.22.9", answer.AskedFrom?.Address.ToString());
        Assert.Equal(1, answer.Sends);
        Assert.NotNull(answer.RoundTripTime);
    });

    [Theory]
    [InlineData("Endpoint", "10.1.1.1:10943")]
    [InlineData("None", "")]
    public void The_ident_is_what_the_start_said(string format, string expected) => ClassicRouter.Run(session =>
    {
        session.Run("Start-ProxyHelper 194.0.1.1 -IdentFormat $args[0]", format);
        Assert.Equal(expected, session.One(Question).Ident);
    });

    [Fact]
    public void A_connection_that_is_not_there_is_not_found() => Answering(session =>
        Assert.Equal("NotFound", session.One("Test-ProxyHelper -Source 194.0.1.1:1 -Destination 194.0.22.9:9199").Outcome.ToString()));

    [Fact]
    public void A_wrong_secret_gets_silence_and_the_responder_counts_it() => ClassicRouter.Run(session =>
    {
        dynamic job = session.One("Start-ProxyHelper 194.0.1.1 -Secret 4711");
        dynamic answer = session.One($"{Question} -Secret 4712 -Retries 2 -TimeoutSeconds 0.05");
        Assert.Equal("TimedOut", answer.Outcome.ToString());
        Assert.Equal(2, (int)answer.Sends);
        Assert.True(SpinWait.SpinUntil(() => job.Refused == 2, TimeSpan.FromMinutes(1)));
        Assert.Equal("Found", session.One($"{Question} -Secret 4711").Outcome.ToString());
        Assert.DoesNotContain("4711", session.Show("Get-Job | ForEach-Object { $_; $_.Command }; Get-ProxyHelper; Receive-Job -Name ProxyHelper"), StringComparison.Ordinal);
    });

    [Fact]
    public void That_nobody_listens_is_a_result() => ClassicRouter.Run(session =>
        Assert.Equal("Refused", session.One(Question).Outcome.ToString()));

    [Fact]
    public void Quiet_gives_one_bool() => Answering(session =>
    {
        Assert.True(session.One<bool>($"{Question} -Quiet"));
        Assert.False(session.One<bool>("Test-ProxyHelper -Source 194.0.1.1:1 -Destination 194.0.22.9:9199 -Quiet"));
    });

    [Fact]
    public void Mappings_from_the_pipeline_are_compared_with_the_answers() => Answering(session =>
    {
        Collection<PSObject> answers = session.Run("Get-NatMapping | Test-ProxyHelper -HelperAddress 194.0.1.1");
        Assert.True((bool?)Assert.Single(answers).Properties["AgreesWithMapping"].Value);
        ErrorShape.Check(Assert.Single(session.Errors), "MappingNotAskable", "TestProxyHelper", ErrorCategory.InvalidArgument, "-Protocol Tcp -OriginalSource 0.0.0.0/0");
    });

    /// <summary>As Import-Csv gives them: nothing but text, by the names that mappings have.</summary>
    [Fact]
    public void Rows_of_a_file_that_are_not_of_TCP_are_passed_over_with_an_error() => Answering(session =>
    {
        const string Rows = "@{ Protocol = 'Udp'; TranslatedSource = '194.0.1.1:5353'; TranslatedDestination = '4.1.1.53:53' }, @{ Protocol = 'Tcp'; TranslatedSource = '194.0.1.1:20119'; TranslatedDestination = '194.0.22.9:9199' }";
        Assert.Equal("Found", Outcome(Assert.Single(session.Run($"{Rows} | ForEach-Object {{ [pscustomobject]$_ }} | Test-ProxyHelper 194.0.1.1"))));
        ErrorShape.Check(Assert.Single(session.Errors), "MappingNotAskable", "TestProxyHelper", ErrorCategory.InvalidArgument, "Import-Csv FILE | Where-Object Protocol -eq Tcp");
    });

    [Fact]
    public void Asked_for_another_hosts_connection_it_says_from_which_address_it_asked() => Answering(session =>
        Assert.Equal("194.0.1.1", session.One<HelperAnswer>("Test-ProxyHelper 194.0.1.1 -Source 194.0.1.1:20119 -Destination 198.51.100.9:25").AskedFrom?.Address.ToString()));

    [Fact]
    public void Where_no_way_leads_nothing_was_asked_from_anywhere() => Answering(session =>
    {
        HelperAnswer answer = session.One<HelperAnswer>("Test-ProxyHelper 198.51.100.1 -Source 194.0.1.1:20119 -Destination 198.51.100.9:25");
        Assert.Equal((HelperOutcome.Unreachable, null), (answer.Outcome, answer.AskedFrom));
    });

    [Fact]
    public void Waiting_for_silence_is_shown_until_it_ends() => ClassicRouter.Run(session =>
    {
        using var silent = new System.Net.Sockets.UdpClient(new System.Net.IPEndPoint(System.Net.IPAddress.Parse("194.0.1.1"), 114));
        Assert.Equal("TimedOut", Outcome(Assert.Single(session.Run($"{Question} -Retries 1 -TimeoutSeconds 2"))));
        Assert.All(session.Progress, bar => Assert.Equal("Asking 194.0.1.1:114", bar.Activity));
        Assert.Equal(ProgressRecordType.Processing, session.Progress[0].RecordType);
        Assert.Equal(ProgressRecordType.Completed, session.Progress[^1].RecordType);
    });

    [Fact]
    public void An_answer_that_is_not_the_mapping_does_not_agree() => Answering(session =>
    {
        session.Run("$script:mapping = Get-NatMapping | Where-Object Protocol -eq Tcp");
        ConntrackRemoval();
        Assert.False(session.One<HelperAnswer>("$mapping | Test-ProxyHelper").AgreesWithMapping);
        Assert.False(session.One<bool>("$mapping | Test-ProxyHelper -Quiet"));
    });

    [Fact]
    public void A_host_without_an_address_is_an_error() => Answering(session =>
    {
        Assert.Empty(session.Run($"{Question} -HelperAddress no.such.host.invalid"));
        ErrorShape.Check(Assert.Single(session.Errors), "HelperHostNotFound", "TestProxyHelper", ErrorCategory.ObjectNotFound, "-HelperAddress");
    });

    [Fact]
    public void IPv6_end_points_are_an_error_since_the_protocol_has_no_room() => Answering(session =>
    {
        session.Run("Test-ProxyHelper -Source '[2001:db8::1]:25' -Destination '[2001:db8::2]:25'");
        ErrorShape.Check(Assert.Single(session.Errors), "EndPointNotIPv4", "TestProxyHelper", ErrorCategory.InvalidArgument, "IPv4");
    });

    private static string Outcome(PSObject answer) => answer.Properties["Outcome"].Value.ToString()!;

    private static void ConntrackRemoval()
    {
        using var table = TestSupport.ConntrackFixture.Open();
        table.Delete(ClassicRouter.UserConnection);
    }

    private static void Answering(Action<EngineSession> body) => ClassicRouter.Run(session =>
    {
        session.One("Start-ProxyHelper 194.0.1.1 -MaxQueueDelay 0:1:0"); // however busy the machine is
        body(session);
    });
}
