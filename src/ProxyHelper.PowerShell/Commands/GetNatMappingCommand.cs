using System.Management.Automation;
using System.Runtime.Versioning;
using ProxyHelper.Conntrack;
using ProxyHelper.Linux;

namespace ProxyHelper.PowerShell.Commands;

/// <summary>Shows what the router's NAT does to connections, straight from the kernel's conntrack table.</summary>
[Cmdlet(VerbsCommon.Get, "NatMapping", DefaultParameterSetName = ListSet)]
[OutputType(typeof(ConntrackEntry))]
public sealed class GetNatMappingCommand : ProxyHelperCommand
{
    private const string ListSet = "List";
    private const string ExactSet = "Exact";

    private ConntrackTable? _table;

    /// <summary>The connection's source as the proxy sees it, after SNAT, such as 194.0.1.1:20119; for ICMP the port is the identifier.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ExactSet)]
    public TransportEndPoint Source { get; set; }

    /// <summary>The connection's destination as the proxy sees it, after DNAT, such as 194.0.22.9:9199; for ICMP the port is 0.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ExactSet)]
    public TransportEndPoint Destination { get; set; }

    /// <summary>The protocol above IP. TCP unless said; for ICMP, echo requests are looked up.</summary>
    [Parameter(ParameterSetName = ExactSet)]
    public IPProtocol Protocol { get; set; } = IPProtocol.Tcp;

    /// <summary>The conntrack zone, 0 to 65535. 0 unless said.</summary>
    [Parameter(ParameterSetName = ExactSet)]
    public ushort Zone { get; set; }

    /// <summary>Shows connections that are not translated as well.</summary>
    [Parameter(ParameterSetName = ListSet)]
    public SwitchParameter IncludeUntranslated { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!OperatingSystem.IsLinux())
        {
            Throw(Errors.PlatformNotSupported(MyInvocation.MyCommand.Name));
            return;
        }

        if (ParameterSetName == ExactSet)
        {
            Find();
        }
        else
        {
            List();
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && OperatingSystem.IsLinux())
        {
            _table?.Dispose();
        }

        base.Dispose(disposing);
    }

    [SupportedOSPlatform("linux")]
    private void Find()
    {
        if (Source.ToIPEndPoint().AddressFamily != Destination.ToIPEndPoint().AddressFamily)
        {
            WriteError(Errors.MixedFamilies(Source, Destination));
            return;
        }

        var seen = new ConntrackTuple(Protocol, Source, Destination);
        try
        {
            _table ??= ConntrackTable.Open();
            if (_table.Find(seen.Reversed, Zone) is { } entry)
            {
                WriteObject(entry);
            }
            else
            {
                WriteError(Errors.MappingNotFound(seen, Zone, _table.ReadStatistics()));
            }
        }
        catch (LinuxException failure)
        {
            Throw(Errors.From(failure, MyInvocation.MyCommand.Name));
        }
    }

    [SupportedOSPlatform("linux")]
    private void List()
    {
        bool any = false;
        try
        {
            foreach (ConntrackEntry entry in ConntrackTable.Enumerate(Cancellation))
            {
                any = true;
                if (IncludeUntranslated || entry.NatType != NatType.None)
                {
                    WriteObject(entry);
                }
            }
        }
        catch (OperationCanceledException) when (Cancellation.IsCancellationRequested)
        {
            // Ctrl+C: there is nobody left to tell.
        }
        catch (LinuxException failure)
        {
            Throw(any ? Errors.ListingIncomplete(failure) : Errors.From(failure, MyInvocation.MyCommand.Name));
        }
    }
}
