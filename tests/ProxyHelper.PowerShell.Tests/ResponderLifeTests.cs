using System.Management.Automation;
using System.Net;
using System.Net.Sockets;

namespace ProxyHelper.PowerShell.Tests;

/// <summary>How a responder's life as a job begins and ends: each end must free its port at once.</summary>
public sealed class ResponderLifeTests
{
    private const string Start = "Start-ProxyHelper -BindAddress 194.0.1.1";

    [Fact]
    public void Started_it_is_a_running_job_that_answers() => ClassicRouter.Run(session =>
    {
        dynamic job = session.One(Start);
        Assert.Equal("Running", job.JobStateInfo.State.ToString());
        Assert.Equal("194.0.1.1:114", job.Location);
        Assert.Equal("Found", session.One("Test-ProxyHelper -Source 194.0.1.1:20119 -Destination 194.0.22.9:9199").Outcome.ToString());
        Assert.Equal((int)job.Id, (int)session.One("Get-Job -Name ProxyHelper").Id);
        Assert.Equal((1L, 1L, 0L), ((long)job.Queries, (long)job.Found, (long)job.NotFound));
        Assert.InRange((DateTime)job.StartedAt, DateTime.UtcNow.ToLocalTime().AddMinutes(-5), DateTime.UtcNow.ToLocalTime());
    });

    [Theory]
    [InlineData("Stop-ProxyHelper ProxyHelper")]
    [InlineData("Get-ProxyHelper | Stop-ProxyHelper")]
    [InlineData("Stop-ProxyHelper -Id (Get-ProxyHelper).Id")]
    [InlineData("Stop-Job -Name ProxyHelper; Wait-Job -Name ProxyHelper")]
    [InlineData("Remove-Job -Name ProxyHelper -Force")]
    [InlineData("Remove-Module ProxyHelper")]
    [InlineData("Import-Module $args[0] -Force")]
    public void Every_way_to_end_it_frees_its_port(string end) => ClassicRouter.Run(session =>
    {
        dynamic job = session.One(Start);
        Assert.False(IsFree());
        session.Run(end, EngineSession.ManifestPath);
        Assert.Empty(session.Errors);
        Assert.True(IsFree());
        Assert.Equal("Stopped", job.JobStateInfo.State.ToString());
    });

    [Fact]
    public void It_ends_with_its_runspace_and_leaves_those_of_others_alone() => ClassicRouter.Run(session =>
    {
        session.One("Start-ProxyHelper -BindAddress 194.0.22.9");
        using (var other = new EngineSession())
        {
            other.One(Start);
            Assert.False(IsFree());
        }

        Assert.True(IsFree());
        Assert.Equal("Running", session.One("Get-ProxyHelper").JobStateInfo.State.ToString());
    });

    [Fact]
    public void Removing_the_module_leaves_another_sessions_responder_alone() => ClassicRouter.Run(session =>
    {
        using var other = new EngineSession();
        other.One(Start);
        session.Run("Remove-Module ProxyHelper");
        Assert.Equal("Running", other.One("Get-ProxyHelper").JobStateInfo.State.ToString());
        Assert.Empty(session.Run("Get-Job"));
    });

    [Fact]
    public void A_stopped_one_is_not_listed_but_its_job_is_there_to_be_read() => ClassicRouter.Run(session =>
    {
        session.Run($"{Start} | Stop-ProxyHelper");
        Assert.Empty(session.Run("Get-ProxyHelper"));
        string[] lines = [.. session.Run("Receive-Job -Name ProxyHelper").Select(line => line.ToString())];
        Assert.Equal(2, lines.Length);
        Assert.EndsWith("Answering on 194.0.1.1:114 (UDP).", lines[0], StringComparison.Ordinal);
        Assert.Contains("Stopped after 0 queries", lines[1], StringComparison.Ordinal);
        Assert.False((bool)session.One("Get-Job -Name ProxyHelper").HasMoreData);
    });

    [Fact]
    public void Names_tell_two_apart() => ClassicRouter.Run(session =>
    {
        session.Run($"{Start} -Name one; Start-ProxyHelper 194.0.22.9 -Name two; Stop-ProxyHelper -Name o*");
        Assert.Equal("two", session.One("Get-ProxyHelper").Name);
    });

    [Theory]
    [InlineData("Get-ProxyHelper -Name nobody", "GetProxyHelper")]
    [InlineData("Get-ProxyHelper -Id 4711", "GetProxyHelper")]
    [InlineData("Stop-ProxyHelper -Name nobody", "StopProxyHelper")]
    public void One_that_is_not_there_is_an_error(string command, string cmdlet)
    {
        using var session = new EngineSession();
        Assert.Empty(session.Run(command));
        ErrorShape.Check(Assert.Single(session.Errors), "ResponderNotFound", cmdlet, ErrorCategory.ObjectNotFound, "Get-ProxyHelper");
    }

    [Fact]
    public void WhatIf_neither_starts_nor_stops() => ClassicRouter.Run(session =>
    {
        Assert.Empty(session.Run($"{Start} -WhatIf"));
        Assert.True(IsFree());
        session.Run($"$null = {Start}; Stop-ProxyHelper * -WhatIf");
        Assert.Equal("Running", session.One("Get-ProxyHelper").JobStateInfo.State.ToString());
    });

    [Fact]
    public void The_pid_file_is_there_while_it_runs() => ClassicRouter.Run(session =>
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        session.Run($"$null = {Start} -PidFile $args[0]", path);
        Assert.Equal($"{Environment.ProcessId}\n", File.ReadAllText(path));
        session.Run("Stop-ProxyHelper *");
        Assert.False(File.Exists(path));
    });

    private static bool IsFree()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.Bind(IPEndPoint.Parse("194.0.1.1:114"));
            return true;
        }
        catch (SocketException inUse) when (inUse.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return false;
        }
    }
}
