using System.Management.Automation;

namespace ProxyHelper.PowerShell.Commands;

/// <summary>Shows the helpers of this session: where they listen, since when, and their counters.</summary>
[Cmdlet(VerbsCommon.Get, "ProxyHelper", DefaultParameterSetName = NameSet)]
[OutputType("ProxyHelper.PowerShell.ResponderJob")]
public sealed class GetProxyHelperCommand : GetJobCommand
{
    private protected override JobKind Kind => JobKind.Helper;
}
