using System.Management.Automation;
using System.Runtime.Versioning;
using ProxyHelper.Conntrack;
using ProxyHelper.Linux;

namespace ProxyHelper.PowerShell.Commands;

/// <summary>
/// Removes mappings from the conntrack table: the connection's next packet is treated as a new connection's. Exactly the entry that
/// was looked at is removed, not another that has the same ends by now.
/// </summary>
[Cmdlet(VerbsCommon.Remove, "NatMapping", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(ConntrackEntry))]
public sealed class RemoveNatMappingCommand : ProxyHelperCommand
{
    private const int RemovalsBetweenReports = 1000;

    private CountProgress? _progress;
    private ConntrackTable? _table;
    private long _removed;

    /// <summary>The mappings to remove, from Get-NatMapping.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNull]
    [Mapping]
    public ConntrackEntry[] Mapping { get; set; } = [];

    /// <summary>Gives the mappings that were removed.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!OperatingSystem.IsLinux())
        {
            Throw(Errors.PlatformNotSupported(MyInvocation.MyCommand.Name));
            return;
        }

        foreach (ConntrackEntry mapping in Mapping)
        {
            if (mapping.Id is null)
            {
                WriteError(Errors.MappingWithoutId(mapping));
            }
            else if (ShouldProcess($"{mapping} (id {mapping.Id}, zone {mapping.Zone})", "Remove from the conntrack table"))
            {
                Remove(mapping);
            }
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_progress is not null)
        {
            _progress.End();
            WriteVerbose($"Mappings removed: {_removed}, in {Seconds(_progress.Elapsed)}.");
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
    private void Remove(ConntrackEntry mapping)
    {
        try
        {
            _table ??= ConntrackTable.Open();
            if (!_table.Remove(mapping))
            {
                WriteError(Errors.MappingGone(mapping));
            }
            else
            {
                Count();
                if (PassThru)
                {
                    WriteObject(mapping);
                }
            }
        }
        catch (LinuxException failure)
        {
            Throw(Errors.From(failure, MyInvocation.MyCommand.Name));
        }
    }

    /// <summary>Shows how it goes where it takes long; how many are still to come, the pipeline does not say.</summary>
    private void Count()
    {
        _progress ??= new CountProgress(this, "Removing mappings", () => null);
        if (++_removed % RemovalsBetweenReports == 0)
        {
            _progress.Report(_removed);
        }
    }
}
