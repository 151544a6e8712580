using System.Net;
using System.Net.Sockets;
using ProxyHelper.Diagnosis;
using ProxyHelper.Diagnosis.Relay;
using ProxyHelper.Relay;
using Xunit;

namespace ProxyHelper.Tests.Diagnosis.Relay;

/// <summary>Tests what the check of a target finds, with targets that do what real programs do.</summary>
public sealed class TargetProbeTests
{
    private static readonly RelaySetup _setup = new() { Timeout = TimeSpan.FromMinutes(1) };
    private static readonly RelaySetup _hasty = _setup with { Timeout = TimeSpan.FromMilliseconds(300) };

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n", "'HTTP/1.1 400 Bad Request'")]
    [InlineData("220 mail ESMTP\r\n500 5.5.2 Error: bad syntax\r\n", "'500 5.5.2 Error: bad syntax'")]
    [InlineData("* OK ready\r\n* BAD Error in IMAP command\r\n", "'* BAD Error in IMAP command'")]
    [InlineData("+OK ready\r\n-ERR Unknown command\r\n", "'-ERR Unknown command'")]
    public void A_target_that_answers_with_an_error_does_not_accept_the_header(string text, string shown)
    {
        using var target = new ScriptedTarget(connection => ScriptedTarget.Say(connection, text));
        Finding finding = HeaderFinding(target, _setup);
        FindingAssert.HasSeverity(Severity.Failed, finding);
        Assert.Contains(shown, finding.Reason, StringComparison.Ordinal);
        FindingAssert.HasAction(finding);
    }

    [Fact]
    public void A_target_that_greets_and_waits_accepts_the_header()
    {
        using var target = new ScriptedTarget(connection => ScriptedTarget.Say(connection, "220 mail ESMTP\r\n"));
        Finding finding = HeaderFinding(target, _setup with { Timeout = TimeSpan.FromSeconds(2) });
        FindingAssert.HasSeverity(Severity.Passed, finding);
        Assert.Contains("'220 mail ESMTP'", finding.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_target_that_greets_and_closes_does_not_accept_the_header()
    {
        using var target = new ScriptedTarget(connection => connection.Send("220 mail ESMTP\r\n221 Bye\r\n"u8));
        FindingAssert.HasSeverity(Severity.Failed, HeaderFinding(target, _setup));
    }

    [Fact]
    public void A_target_that_waits_accepts_the_header()
    {
        using var target = new ScriptedTarget(ScriptedTarget.Wait);
        FindingAssert.HasSeverity(Severity.Passed, HeaderFinding(target, _hasty));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_target_that_ends_the_connection_fails_and_the_finding_names_the_ends(bool resets)
    {
        using var target = new ScriptedTarget(resets ? ScriptedTarget.Reset : _ => { });
        Finding finding = HeaderFinding(target, _setup);
        FindingAssert.HasSeverity(Severity.Failed, finding);
        Assert.Contains($"{target.Source} and {target.Destination}", finding.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_target_that_connects_to_the_destination_of_the_header_passes()
    {
        ScriptedTarget? target = null;
        using var onward = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using (target = new ScriptedTarget(connection =>
        {
            onward.Connect(target!.Destination);
            ScriptedTarget.Wait(connection);
        }))
        {
            Finding finding = HeaderFinding(target, _setup);
            FindingAssert.HasSeverity(Severity.Passed, finding);
            Assert.Contains("connects to the destination", finding.Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_header_is_no_local_one_and_both_ends_belong_to_the_check()
    {
        using var target = new ScriptedTarget(ScriptedTarget.Wait);
        HeaderFinding(target, _hasty);
        Assert.Equal("\r\n\r\n\0\r\nQUIT\n"u8, target.Header.AsSpan(0, 12));
        Assert.Equal([0x21, 0x11], target.Header[12..14]); // version 2, command PROXY, TCP over IPv4
        Assert.Equal([IPAddress.Loopback, IPAddress.Loopback], [target.Source.Address, target.Destination.Address]);
        Assert.Distinct([target.Target.EndPoint!.Port, target.Source.Port, target.Destination.Port]);
    }

    [Fact]
    public void Version_1_is_a_line()
    {
        using var target = new ScriptedTarget(ScriptedTarget.Wait);
        FindingAssert.HasSeverity(
            Severity.Passed, HeaderFinding(target, _hasty with { ProxyProtocol = ProxyProtocol.V1 }));
        Assert.Matches(@"^PROXY TCP4 127\.0\.0\.1 127\.0\.0\.1 \d+ \d+\r\n$", target.Line);
    }

    [Fact]
    public void Without_a_header_the_finding_warns_that_the_target_does_not_learn_the_ends()
    {
        using var target = new ScriptedTarget(ScriptedTarget.Wait);
        Finding finding = HeaderFinding(target, _setup with { ProxyProtocol = ProxyProtocol.None });
        FindingAssert.HasSeverity(Severity.Warning, finding);
        FindingAssert.HasAction(finding);
    }

    [Fact]
    public void A_Unix_socket_is_a_target()
    {
        string path = Path.Combine(Path.GetTempPath(), $"proxy-helper-{Guid.NewGuid():N}.sock");
        using (var target = new ScriptedTarget(ScriptedTarget.Wait, path))
        {
            FindingAssert.HasSeverity(Severity.Passed, HeaderFinding(target, _hasty));
        }

        Finding gone = Assert.Single(Judge(_setup with { Target = RelayTarget.At(path) }));
        FindingAssert.HasSeverity(Severity.Failed, gone);
        Assert.Contains("the socket does not exist", gone.Reason, StringComparison.Ordinal);

        using var silent = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        silent.Bind(new UnixDomainSocketEndPoint(path));
        gone = Assert.Single(Judge(_setup with { Target = RelayTarget.At(path) }));
        Assert.Contains("no program listens", gone.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_target_that_refuses_or_does_not_accept_in_time_fails()
    {
        using var closed = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var target = RelayTarget.At((IPEndPoint)closed.LocalEndPoint!);
        Finding refused = Assert.Single(Judge(_setup with { Target = target }));
        Assert.Contains("no program listens there", refused.Reason, StringComparison.Ordinal);

        closed.Listen(0);
        using var first = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        first.Connect(target.EndPoint!); // the queue has room for one connection
        Finding late = Assert.Single(Judge(_hasty with { Target = target }));
        FindingAssert.HasSeverity(Severity.Failed, late);
        Assert.Contains("does not accept in time", late.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cancelled_check_stops()
    {
        using var target = new ScriptedTarget(ScriptedTarget.Wait);
        using var ended = new CancellationTokenSource();
        ended.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => new TargetCheck(
            _setup with { Target = target.Target }, RelayTestWords.Instance).Judge(ended.Token).ToArray());
    }

    private static Finding HeaderFinding(ScriptedTarget target, RelaySetup setup)
    {
        Finding[] findings = Judge(setup with { Target = target.Target });
        Assert.Equal([CheckNames.Target, CheckNames.Header], findings.Select(finding => finding.Check));
        FindingAssert.HasSeverity(Severity.Passed, findings[0]);
        return findings[1];
    }

    private static Finding[] Judge(RelaySetup setup) =>
        [.. new TargetCheck(setup, RelayTestWords.Instance).Judge(CancellationToken.None)];
}
