using System.Management.Automation;
using System.Runtime.Versioning;
using ProxyHelper.Conntrack;
using ProxyHelper.Linux;

namespace ProxyHelper.PowerShell.Commands;

/// <summary>Counts the mappings, by protocol, state and kind of NAT, and shows how full the conntrack table is and what the kernel has counted.</summary>
[Cmdlet(VerbsDiagnostic.Measure, "NatMapping")]
[OutputType(typeof(ConntrackSummary))]
public sealed class MeasureNatMappingCommand : NatMappingFilterCommand
{
    /// <summary>Leaves out what the whole table must be listed for: gives how full it is and what the kernel has counted, at once.</summary>
    [Parameter]
    public SwitchParameter Quick { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (!OperatingSystem.IsLinux())
        {
            Throw(Errors.PlatformNotSupported(MyInvocation.MyCommand.Name));
            return;
        }

        bool hasBegun = false;
        try
        {
            using ConntrackTable table = ConntrackTable.Open();
            ConntrackStatistics statistics = table.ReadStatistics();
            ConntrackCounters counters = table.ReadCounters();
            hasBegun = true;
            ConntrackTally? tally = Quick ? null : Count(statistics.Entries);
            Warn(statistics);
            WriteObject(new ConntrackSummary(statistics, counters, tally));
        }
        catch (OperationCanceledException) when (Cancellation.IsCancellationRequested)
        {
            // Ctrl+C: half a count would be a wrong one.
        }
        catch (LinuxException failure)
        {
            Throw(hasBegun ? Errors.ListingIncomplete(failure) : Errors.From(failure, MyInvocation.MyCommand.Name));
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
        WriteVerbose($"Mappings counted: {tally.Mappings}, in {Seconds(progress.Elapsed)}.");
        return tally;
    }

    private void Warn(ConntrackStatistics statistics)
    {
        if (statistics.IsNearlyFull)
        {
            WriteWarning($"The conntrack table has {statistics.Entries} of {statistics.Maximum} entries. When it is full, new connections are dropped. Raise the limit (sysctl net.netfilter.nf_conntrack_max), or see with 'Get-NatMapping -IncludeUntranslated' what fills it.");
        }
    }
}
