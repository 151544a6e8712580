using ProxyHelper.TestSupport;

namespace ProxyHelper.PowerShell.Tests;

/// <summary>What the Tab key offers.</summary>
public sealed class EndPointCompleterTests
{
    [Theory]
    [InlineData("Get-NatMapping -OriginalSource ", "10.1.1.1 10.1.1.2 10.1.1.3")]
    [InlineData("Get-NatMapping -OriginalSource 10.1.1.2", "10.1.1.2:5353")]
    [InlineData("Get-NatMapping -TranslatedDestination 194", "194.0.22.9")]
    [InlineData("Get-NatMapping -TranslatedDestination 194.0.22.9:", "194.0.22.9:9199")]
    [InlineData("Watch-NatMapping -OriginalDestination 4.1.1.5", "4.1.1.53")]
    [InlineData("Get-NatMapping -Source 194", "194.0.1.1:5353 194.0.1.1:20119")]
    [InlineData("Test-ProxyHelper -Destination 194", "194.0.22.9:9199")]
    [InlineData("Test-ProxyHelperSetup -Proxy 194", "194.0.22.9:9199")]
    [InlineData("Get-NatMapping -OriginalSource 11", "")]
    [InlineData("Start-ProxyHelper 194.0.1.1 -AllowedProxy 194", "194.0.22.9")]
    [InlineData("Start-ProxyHelper 194.0.1.1 -TrustedClient 194.0.22.9", "194.0.22.9")]
    [InlineData("Get-NatMapping -Protocol Ud", "Udp UdpLite")]
    [InlineData("Get-NatMapping -State Est", "Established")]
    [InlineData("Get-NatMapping -Status As", "Assured")]
    [InlineData("Get-NatMapping -NatType So", "Source")]
    public void It_offers_what_is_in_the_table_now(string typed, string offered) => ClassicRouter.Run(session =>
        Assert.Equal(offered, string.Join(' ', session.Complete(typed))));

    [Fact]
    public void An_IPv6_end_point_is_offered_as_the_shell_takes_it() => NetworkNamespace.Run(() =>
    {
        using ConntrackFixture table = ConntrackFixture.Open();
        table.Add(ConntrackFlow.Tcp("[2001:db8::1]:1025", "[2001:db8::2]:25", "[2001:db8::3]:9199", "[2001:db8::4]:20119"));
        using var session = new EngineSession();
        Assert.Equal(["'[2001:db8::4]:20119'"], session.Complete("Get-NatMapping -Source "));
        Assert.Equal(["'[2001:db8::4]:20119'"], session.Complete("Get-NatMapping -Source 2001:db8"));
        Assert.Equal(["2001:db8::1"], session.Complete("Get-NatMapping -OriginalSource 2001:"));
        Assert.Equal(["'[2001:db8::1]:1025'"], session.Complete("Get-NatMapping -OriginalSource 2001:db8::1"));
    });

    [Fact]
    public void Without_CAP_NET_ADMIN_it_offers_nothing_and_does_not_fail() => ClassicRouter.Run(session =>
    {
        Capability.DropNetAdmin();
        Assert.Empty(session.Complete("Get-NatMapping -OriginalSource 10"));
    });
}
