using System.Management.Automation;
using System.Net;
using ProxyHelper.TestSupport;

namespace ProxyHelper.PowerShell.Tests;

/// <summary>What a start that cannot be says, and that it leaves nothing behind.</summary>
public sealed class StartErrorTests
{
    [Fact]
    public void A_port_in_use_is_told_with_its_end_point() => ClassicRouter.Run(session =>
    {
        session.One("Start-ProxyHelper 194.0.1.1");
        ErrorRecord error = session.Failure("Start-ProxyHelper 194.0.22.9, 194.0.1.1 -Name second");
        ErrorShape.Check(error, "AddressInUse", "StartProxyHelper", ErrorCategory.ResourceBusy, "ss -ulpn");
        Assert.Equal(IPEndPoint.Parse("194.0.1.1:114"), error.TargetObject);
        Assert.Equal("ProxyHelper", session.One("Get-Job").Name);
        session.One("Start-ProxyHelper 194.0.22.9"); // all addresses or none: this one is free still
    });

    [Fact]
    public void A_TCP_port_in_use_is_told_as_one_and_nothing_starts() => ClassicRouter.Run(session =>
    {
        session.One("Start-ProxyHelper 194.0.1.1 -OriginPort 114");
        ErrorRecord error = session.Failure("Start-ProxyHelper 194.0.1.1 -Port 115 -OriginPort 114");
        ErrorShape.Check(error, "AddressInUse", "StartProxyHelper", ErrorCategory.ResourceBusy, "ss -tlpn sport = :114");
        Assert.Contains("194.0.1.1:114 (TCP)", error.Exception.Message, StringComparison.Ordinal);
        Assert.Contains("-OriginPort", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        session.One("Start-ProxyHelper 194.0.1.1 -Port 115"); // all ports or none: this one is free still
    });

    [Fact]
    public void An_address_of_another_machine_is_told_with_those_of_this() => ClassicRouter.Run(session =>
    {
        ErrorRecord error = session.Failure("Start-ProxyHelper 192.0.2.1");
        ErrorShape.Check(error, "AddressNotLocal", "StartProxyHelper", ErrorCategory.InvalidArgument, "0.0.0.0");
        Assert.Contains("194.0.1.1", error.Exception.Message, StringComparison.Ordinal);
        Assert.Empty(session.Run("Get-Job"));
    });

    [Fact]
    public void Without_the_capability_to_ask_conntrack_it_says_so() => ClassicRouter.Run(session =>
    {
        Capability.DropNetAdmin();
        string pidFile = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        ErrorRecord error = session.Failure("Start-ProxyHelper 194.0.1.1 -PidFile $args[0]", pidFile);
        ErrorShape.Check(error, "NeedsNetAdmin", "StartProxyHelper", ErrorCategory.PermissionDenied, "CAP_NET_ADMIN");
        Assert.False(File.Exists(pidFile));
        Assert.Empty(session.Run("Get-Job"));
    });

    [Fact]
    public void Without_the_capability_to_bind_a_low_port_it_says_so() => ClassicRouter.Run(session =>
    {
        Capability.DropNetBindService();
        ErrorRecord error = session.Failure("Start-ProxyHelper 194.0.1.1");
        ErrorShape.Check(error, "PortNeedsPrivilege", "StartProxyHelper", ErrorCategory.PermissionDenied, "1024");
    });

    [Fact]
    public void An_IPv6_address_is_refused_since_smtp_gated_has_none() => ClassicRouter.Run(session =>
    {
        ErrorRecord error = session.Failure("Start-ProxyHelper ::1");
        ErrorShape.Check(error, "InvalidResponderOption", "StartProxyHelper", ErrorCategory.InvalidArgument, "IPv4");
    });

    [Fact]
    public void A_pid_file_that_cannot_be_written_is_told_before_anything_starts() => ClassicRouter.Run(session =>
    {
        ErrorRecord error = session.Failure("Start-ProxyHelper 194.0.1.1 -PidFile /nowhere/at/all.pid");
        ErrorShape.Check(error, "PidFileUnusable", "StartProxyHelper", ErrorCategory.WriteError, "-PidFile");
        Assert.Empty(session.Run("Get-Job"));
    });
}
