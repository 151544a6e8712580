using System.Collections.ObjectModel;
using System.Management.Automation;

namespace ProxyHelper.PowerShell.Tests;

public sealed class ModuleTests
{
    [Fact]
    public void It_exports_its_cmdlets_and_nothing_else()
    {
        using var session = new EngineSession();
        Assert.Equal(
            ["Get-NatMapping", "Get-ProxyHelper", "Measure-NatMapping", "Remove-NatMapping", "Start-ProxyHelper", "Stop-ProxyHelper", "Test-ProxyHelper", "Test-ProxyHelperSetup", "Watch-NatMapping"],
            session.Run("(Get-Module ProxyHelper).ExportedCommands.Keys").Select(name => (string)name.BaseObject).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Get-NatMapping", "OriginalSource")]
    [InlineData("Get-NatMapping | Test-ProxyHelper -ErrorAction Ignore", "Outcome")]
    [InlineData("Watch-NatMapping -TimeoutSeconds 0", "Change")]
    [InlineData("Measure-NatMapping", "by protocol")]
    [InlineData("Get-ProxyHelper", "Listening")]
    [InlineData("Test-ProxyHelperSetup", "Reason, and what to do")]
    public void Tables_fit_a_screen_of_120_columns(string command, string heading) => ClassicRouter.Run(session =>
    {
        session.Run("$null = Start-ProxyHelper 194.0.1.1");
        string[] lines = session.Show(command).Split('\n');
        Assert.Contains(lines, line => line.Contains(heading, StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.TrimEnd().Length > 120 || line.Contains('…'));
    });

    [Fact]
    public void The_longest_IPv4_mapping_is_shown_whole() => TestSupport.NetworkNamespace.Run(() =>
    {
        using var table = TestSupport.ConntrackFixture.Open();
        table.Add(TestSupport.ConntrackFlow.Tcp(
            "203.113.111.101:10001", "203.113.111.102:10002",
            "203.113.111.103:10003", "203.113.111.104:10004"));
        using var session = new EngineSession();
        string screen = session.Show("Get-NatMapping");
        Assert.Contains("203.113.111.101:10001 203.113.111.102:10002 203.113.111.104:10004 203.113.111.103:10003 Both", screen, StringComparison.Ordinal);
    });

    [Fact]
    public void Every_command_supports_what_its_verb_promises()
    {
        using var session = new EngineSession();
        Collection<PSObject> commands = session.Run("Get-Command -Module ProxyHelper | Where-Object { $_.Parameters.ContainsKey('WhatIf') } | ForEach-Object Name");
        Assert.Equal(["Remove-NatMapping", "Start-ProxyHelper", "Stop-ProxyHelper"], commands.Select(name => (string)name.BaseObject).Order(StringComparer.Ordinal));
    }
}
