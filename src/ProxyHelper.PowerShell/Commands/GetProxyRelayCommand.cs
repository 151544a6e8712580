using System.Management.Automation;

namespace ProxyHelper.PowerShell.Commands;

/// <summary>Shows the relays of this session: where they listen, their targets, and their counters.</summary>
[Cmdlet(VerbsCommon.Get, "ProxyRelay", DefaultParameterSetName = NameSet)]
[OutputType("ProxyHelper.PowerShell.RelayJob")]
public sealed class GetProxyRelayCommand : GetJobCommand
{
    private protected override JobKind Kind => JobKind.Relay;
}
