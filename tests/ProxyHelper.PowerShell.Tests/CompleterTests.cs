using ProxyHelper.TestSupport;

namespace ProxyHelper.PowerShell.Tests;

/// <summary>What the Tab key offers beside end points.</summary>
public sealed class CompleterTests
{
    private const int Offered = 100;

    [Theory]
    [InlineData("Start-ProxyHelper ", "127.0.0.1 194.0.1.1 194.0.22.9 0.0.0.0")]
    [InlineData("Start-ProxyHelper -BindAddress 194.0.2", "194.0.22.9")]
    [InlineData("Start-ProxyHelper 194.0.1.1 -IdentFormat E", "Endpoint")]
    [InlineData("Test-ProxyHelper ", "127.0.0.1 194.0.1.1 194.0.22.9")]
    [InlineData("Test-ProxyHelperSetup ", "127.0.0.1 194.0.1.1 194.0.22.9")]
    [InlineData("Test-ProxyHelperSetup -Role ", "Proxy Router")]
    [InlineData("Get-NatMapping -Zone ", "0")]
    [InlineData("Get-NatMapping -Port ", "22 25 53")]
    [InlineData("Get-NatMapping -Port 5", "53")]
    [InlineData("Measure-NatMapping -Mark ", "0")]
    public void It_offers_addresses_and_numbers_that_there_are(string typed, string offered) => ClassicRouter.Run(session =>
        Assert.Equal(offered, string.Join(' ', session.Complete(typed))));

    [Fact]
    public void It_offers_the_names_and_ids_of_running_responders() => ClassicRouter.Run(session =>
    {
        Assert.Empty(session.Complete("Stop-ProxyHelper -Id "));
        int first = (int)session.One("Start-ProxyHelper 194.0.1.1").Id;
        int second = (int)session.One("Start-ProxyHelper 194.0.22.9 -Name 'second one'").Id;
        Assert.Equal(["ProxyHelper", "'second one'"], session.Complete("Stop-ProxyHelper "));
        Assert.Equal(["'second one'"], session.Complete("Get-ProxyHelper -Name sec"));
        Assert.Equal([$"{first}", $"{second}"], session.Complete("Get-ProxyHelper -Id "));
        session.Run("Stop-ProxyHelper ProxyHelper");
        Assert.Equal(["'second one'"], session.Complete("Stop-ProxyHelper "));
    });

    [Fact]
    public void Of_many_it_offers_some() => NetworkNamespace.Run(() =>
    {
        using ConntrackFixture table = ConntrackFixture.Open();
        table.Add(Enumerable.Range(1, 2 * Offered).Select(port => ConntrackFlow.Udp($"10.1.1.1:{port}", $"10.1.1.2:{port}")));
        using var session = new EngineSession();
        Assert.Equal(Offered, session.Complete("Get-NatMapping -Port ").Length);
        Assert.Equal(Offered, session.Complete("Get-NatMapping -Id ").Length);
    });

    [Fact]
    public void Without_CAP_NET_ADMIN_it_offers_no_numbers_and_does_not_fail() => ClassicRouter.Run(session =>
    {
        Capability.DropNetAdmin();
        Assert.Empty(session.Complete("Get-NatMapping -Id "));
        Assert.Empty(session.Run("$Error"));
    });
}
