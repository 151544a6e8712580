using System.Management.Automation;

namespace ProxyHelper.PowerShell.Tests;

/// <summary>A responder that cannot go on says so wherever an administrator looks.</summary>
public sealed class BreakdownTests
{
    [Fact]
    public void It_is_a_failed_job_with_the_reason_as_its_error_and_as_its_last_fault() => ClassicRouter.Run(session =>
    {
        dynamic job = Breakdown.OfNew(session);
        Assert.Equal("Failed", job.JobStateInfo.State.ToString());
        session.Run("Receive-Job -Name ProxyHelper -Keep");
        ErrorRecord error = Assert.Single(session.Errors);
        Assert.Equal("ResponderFaulted", error.FullyQualifiedErrorId);
        Assert.EndsWith(error.Exception.Message, (string)job.LastFault, StringComparison.Ordinal);
        Assert.Contains("queries are not answered", (string)job.LastFault, StringComparison.Ordinal);
    });

    [Fact]
    public void It_is_listed_until_it_is_removed_and_another_can_take_its_place() => ClassicRouter.Run(session =>
    {
        Breakdown.OfNew(session);
        Assert.Equal("Failed", session.One("Get-ProxyHelper").JobStateInfo.State.ToString());
        Assert.Equal("Running", session.One("Start-ProxyHelper 194.0.1.1 -Name second").JobStateInfo.State.ToString());
        session.Run("Stop-ProxyHelper ProxyHelper; Remove-Job -Name ProxyHelper");
        Assert.Empty(session.Errors);
        Assert.Equal("second", session.One("Get-Job").Name);
    });
}
