using System.Management.Automation;
using System.Runtime.Versioning;
using ProxyHelper.Conntrack;
using ProxyHelper.Linux;

namespace ProxyHelper.PowerShell.Commands;

/// <summary>
/// Counts the mappings by protocol, state and type of NAT. Shows how full the conntrack table is, and the kernel's
/// counters.
/// </summary>
[Cmdlet(VerbsDiagnostic.Measure, "NatMapping")]
[OutputType(typeof(ConntrackSummary))]
public sealed class MeasureNatMappingCommand : NatMappingFilterCommand
{
    /// <summary>
    /// Gets or sets whether the cmdlet leaves out the counts that need a listing of the whole table. The size of the
    /// table and the kernel's counters are available at once.
    /// </summary>
    [Parameter]
    public SwitchParameter Quick { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (!OperatingSystem.IsLinux())
        {
            throw NotLinux();
        }

        bool isListing = false;
        try
        {
            using ConntrackTable table = ConntrackTable.Open();
            ConntrackStatistics statistics = table.ReadStatistics();
            ConntrackCounters counters = table.ReadCounters();
            isListing = true;
            ConntrackTally? tally = Quick ? null : Count(statistics.Entries);
            WarnIfNearlyFull(statistics);
            WriteObject(new ConntrackSummary(statistics, counters, tally));
        }
        catch (OperationCanceledException) when (Cancellation.IsCancellationRequested)
        {
            // After Ctrl+C, a partial count would be wrong.
        }
        catch (LinuxException failure)
        {
            throw Terminating(isListing ? Errors.ListingIncomplete(failure) : Errors.From(failure, CommandName));
        }
    }

    [SupportedOSPlatform("linux")]
    private ConntrackTally Count(uint expected)
    {
        var tally = new ConntrackTally();
        var progress = new CountProgress(this, "Counting mappings", () => expected);
        ConntrackListing listing = ConntrackTable.Enumerate(Filter, progress, Cancellation);
        WriteVerbose($"Asking the kernel for: {listing.DescribeKernelFilter()}.");
        foreach (ConntrackEntry entry in listing)
        {
            tally.Add(entry);
        }

        progress.End();
        WarnOfUndecodable(listing.Undecodable);
        WriteVerbose($"Mappings counted: {tally.Mappings}, in {Seconds(progress.Elapsed)}.");
        return tally;
    }

    private void WarnIfNearlyFull(ConntrackStatistics statistics)
    {
        if (statistics.IsNearlyFull)
        {
            WriteWarning(
                $"The conntrack table has {statistics.Entries} of {statistics.Maximum} entries. When the table "
                + "is full, the kernel drops new connections. Raise the limit (sysctl net.netfilter.nf_conntrack_max). "
                + "Run 'Get-NatMapping -IncludeUntranslated' to see what fills the table.");
        }
    }
}
