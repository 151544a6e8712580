using System.Management.Automation;
using ProxyHelper.TestSupport;

namespace ProxyHelper.PowerShell.Tests;

public sealed class RemoveNatMappingTests
{
    [Fact]
    public void What_comes_from_the_pipeline_is_removed_and_nothing_else() => ClassicRouter.Run(session =>
    {
        Assert.Empty(session.Run("Get-NatMapping -Protocol Udp | Remove-NatMapping -Confirm:$false"));
        Assert.Equal("10.1.1.1:10943", session.One("Get-NatMapping").OriginalSource.ToString());
        Assert.Equal("10.1.1.1:10943", session.One("Remove-NatMapping (Get-NatMapping) -Confirm:$false -PassThru").OriginalSource.ToString());
        Assert.Equal("10.1.1.3:1025", session.One("Get-NatMapping -IncludeUntranslated").OriginalSource.ToString());
    });

    [Fact]
    public void WhatIf_removes_nothing() => ClassicRouter.Run(session =>
    {
        Assert.Contains("Udp 10.1.1.2:5353 -> 4.1.1.53:53, seen as 194.0.1.1:5353 -> 4.1.1.53:53 (id ", session.Show("Get-NatMapping -Protocol Udp | Remove-NatMapping -WhatIf"), StringComparison.Ordinal);
        Assert.Equal(2, session.Run("Get-NatMapping").Count);
    });

    /// <summary>The shell asks, as the connection is broken off; a session that cannot ask does not remove.</summary>
    [Fact]
    public void Without_being_told_it_asks() => ClassicRouter.Run(session =>
    {
        session.Run("try { Get-NatMapping | Remove-NatMapping } catch { }");
        Assert.Equal(2, session.Run("Get-NatMapping").Count);
        Assert.Equal("High", session.One("[System.Management.Automation.CommandMetadata]::new((Get-Command Remove-NatMapping)).ConfirmImpact").ToString());
    });

    [Fact]
    public void A_connection_that_took_its_place_stays() => ClassicRouter.Run(session =>
    {
        session.Run("$script:seen = Get-NatMapping -Protocol Tcp");
        using (ConntrackFixture table = ConntrackFixture.Open())
        {
            table.Delete(ClassicRouter.UserConnection);
            table.Add(ConntrackFlow.Udp("10.9.9.9:1", "4.1.1.53:53")); // takes the memory of the old one, and so its number would come again
            table.Add(ClassicRouter.UserConnection);
        }

        session.Run("$seen | Remove-NatMapping -Confirm:$false");
        ErrorShape.Check(Assert.Single(session.Errors), "MappingGone", "RemoveNatMapping", ErrorCategory.ObjectNotFound, "another Id");
        Assert.Equal("10.1.1.1:10943", session.One("Get-NatMapping -Protocol Tcp").OriginalSource.ToString());
    });

    [Fact]
    public void Each_that_has_gone_is_an_error_and_the_others_are_removed() => ClassicRouter.Run(session =>
    {
        session.Run("$script:all = @(Get-NatMapping -IncludeUntranslated); $all[1] | Remove-NatMapping -Confirm:$false; $all | Remove-NatMapping -Confirm:$false");
        Assert.Single(session.Errors);
        Assert.Empty(session.Run("Get-NatMapping -IncludeUntranslated"));
    });

    /// <summary>As Import-Csv and Import-Clixml give them: they look like mappings, and have ids.</summary>
    [Theory]
    [InlineData("[pscustomobject]@{ Protocol = 'Tcp'; OriginalSource = '10.1.1.1:10943'; Id = '1' } | Remove-NatMapping -Confirm:$false")]
    [InlineData("Remove-NatMapping 10.1.1.1:10943 -Confirm:$false")]
    public void What_is_no_mapping_is_an_error_that_says_where_to_take_one(string command) => ClassicRouter.Run(session =>
    {
        ErrorRecord error = session.Failure($"{command} -ErrorAction Stop");
        Assert.Equal("ParameterArgumentTransformationError,ProxyHelper.PowerShell.Commands.RemoveNatMappingCommand", error.FullyQualifiedErrorId);
        Assert.Contains("Get-NatMapping -Id $_.Id", error.Exception.Message, StringComparison.Ordinal);
        Assert.Equal(2, session.Run("Get-NatMapping").Count);
    });

    [Fact]
    public void Without_the_capability_the_error_says_which_it_needs() => ClassicRouter.Run(session =>
    {
        session.Run("$script:all = Get-NatMapping");
        Capability.DropNetAdmin();
        ErrorShape.Check(session.Failure("$all | Remove-NatMapping -Confirm:$false"), "NeedsNetAdmin", "RemoveNatMapping", ErrorCategory.PermissionDenied, "CAP_NET_ADMIN");
    });
}
