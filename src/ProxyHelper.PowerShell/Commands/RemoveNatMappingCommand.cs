using System.Management.Automation;
using System.Runtime.Versioning;
using ProxyHelper.Conntrack;
using ProxyHelper.Linux;

namespace ProxyHelper.PowerShell.Commands;

/// <summary>
/// Removes mappings from the conntrack table. The router treats the next packet of the connection as the first of a new
/// connection. The cmdlet removes exactly the given entry, and no other entry that has the same ends by now.
/// </summary>
[Cmdlet(VerbsCommon.Remove, "NatMapping", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(ConntrackEntry))]
public sealed class RemoveNatMappingCommand : ProxyHelperCommand
{
    private const int RemovalsBetweenReports = 1000;

    private CountProgress? _progress;
    private ConntrackTable? _table;
    private long _removed;

    /// <summary>Gets or sets the mappings to remove, from Get-NatMapping.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [Mapping]
    public ConntrackEntry[] Mapping { get; set; } = [];

    /// <summary>Gets or sets whether the cmdlet returns the mappings that it removed.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!OperatingSystem.IsLinux())
        {
            throw NotLinux();
        }

        foreach (ConntrackEntry mapping in Mapping)
        {
            if (mapping.Id is null)
            {
                WriteError(MappingErrors.MappingWithoutId(mapping));
            }
            else if (ShouldProcess(
                $"{mapping} (id {mapping.Id}, {mapping.ZoneText})", "Remove from the conntrack table"))
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
                WriteError(MappingErrors.MappingGone(mapping));
            }
            else
            {
                CountRemoval();
                if (PassThru)
                {
                    WriteObject(mapping);
                }
            }
        }
        catch (LinuxException failure)
        {
            throw Terminating(Errors.From(failure, CommandName));
        }
    }

    /// <summary>Shows progress. The pipeline does not say how many mappings are still to come.</summary>
    private void CountRemoval()
    {
        _progress ??= new CountProgress(this, "Removing mappings", () => null);
        if (++_removed % RemovalsBetweenReports == 0)
        {
            _progress.Report(_removed);
        }
    }
}
