using System.Collections.ObjectModel;
using System.Management.Automation;
using ProxyHelper.Conntrack;
using ProxyHelper.TestSupport;

namespace ProxyHelper.PowerShell.Tests;

/// <summary>Watch-NatMapping, whose pipeline itself makes the changes that it is to see.</summary>
public sealed class WatchNatMappingTests
{
    [Fact]
    public void It_shows_what_is_there_and_then_what_happens() => ClassicRouter.Run(session =>
    {
        Requirement.Tool("conntrack");
        Collection<PSObject> changes = session.Run("""
            Watch-NatMapping -Protocol Tcp -Count 4 -TimeoutSeconds 60 | ForEach-Object {
                switch ([string]$_.Change) {
                    Present { conntrack -I -p tcp -s 10.1.1.9 -d 4.1.1.1 --sport 9 --dport 25 --state SYN_SENT -t 60 --src-nat 194.0.1.1 2>&1 | ForEach-Object { } }
                    New { conntrack -U -s 10.1.1.9 --mark 5 2>&1 | ForEach-Object { } }
                    Updated { Get-NatMapping -OriginalSource 10.1.1.9 | Remove-NatMapping -Confirm:$false }
                }
                $_
            }
            """);
        Assert.Equal(
            ["Present 10.1.1.1:10943", "New 10.1.1.9:9", "Updated 10.1.1.9:9", "Destroyed 10.1.1.9:9"],
            changes.Select(change => (ConntrackChange)change.BaseObject).Select(change => $"{change.Change} {change.OriginalSource}"));
        Assert.Empty(session.Errors);
        Assert.Empty(session.Warnings);
    });

    [Fact]
    public void It_ends_with_its_time_and_untranslated_connections_are_shown_when_they_are_asked_for() => ClassicRouter.Run(session =>
    {
        Assert.Equal(2, session.Run("Watch-NatMapping -TimeoutSeconds 0").Count);
        Assert.Equal(3, session.Run("Watch-NatMapping -TimeoutSeconds 0 -IncludeUntranslated").Count);
        Assert.Equal(2, session.Run("Watch-NatMapping -Count 2").Count);
    });

    [Fact]
    public void It_ends_with_its_time_also_where_each_change_makes_another() => ClassicRouter.Run(session =>
    {
        Requirement.Tool("conntrack");
        Collection<PSObject> changes = session.Run("""
            $mark = 0
            Watch-NatMapping -Protocol Tcp -TimeoutSeconds 0.2 | ForEach-Object { $mark++; $null = conntrack -U -s 10.1.1.1 --mark $mark 2>&1; $_.Change }
            """);
        Assert.Equal("Present", changes[0].ToString());
    });

    [Fact]
    public void Control_C_ends_it_while_nothing_happens() => ClassicRouter.Run(session =>
    {
        session.Interrupt("Watch-NatMapping");
        Assert.Equal(2, session.Run("Watch-NatMapping -TimeoutSeconds 0").Count);
    });

    [Fact]
    public void Changes_that_were_lost_are_a_warning_and_what_is_shown_is_right_afterwards() => NetworkNamespace.Run(() =>
    {
        using ConntrackFixture table = ConntrackFixture.Open();
        table.Add(ClassicRouter.UserConnection);
        using var session = new EngineSession();
        session.Run("$script:alive = @{}; $script:fill = $args[0]", (Action)(() => table.Add(Enumerable.Range(1, 3000).Select(port => ConntrackFlow.Udp($"10.2.2.2:{port}", "4.1.1.53:53")))));
        session.Run("""
            Watch-NatMapping -IncludeUntranslated -ReceiveBufferSize 4KB -Count 3001 -TimeoutSeconds 60 | ForEach-Object {
                if ($_.Change -eq 'Present') { $fill.Invoke() }
                if ($_.Change -ne 'Destroyed') { $alive[[string]$_.OriginalSource] = 1 }
            }
            """);
        Assert.Contains("-ReceiveBufferSize than 4096 bytes", Assert.Single(session.Warnings).Message, StringComparison.Ordinal);
        Assert.Equal(3001, session.One<int>("$alive.Count"));
    });

    [Fact]
    public void Without_the_capability_the_error_says_which_it_needs() => ClassicRouter.Run(session =>
    {
        Capability.DropNetAdmin();
        ErrorShape.Check(session.Failure("Watch-NatMapping -TimeoutSeconds 0"), "NeedsNetAdmin", "WatchNatMapping", ErrorCategory.PermissionDenied, "CAP_NET_ADMIN");
    });
}
