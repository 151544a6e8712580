using System.Diagnostics;
using System.Management.Automation;
using System.Runtime.Versioning;
using ProxyHelper.Conntrack;
using ProxyHelper.Linux;

namespace ProxyHelper.PowerShell.Commands;

/// <summary>Shows the present mappings, then each mapping that is new, changes or ends, until Ctrl+C.</summary>
[Cmdlet(VerbsCommon.Watch, "NatMapping")]
[OutputType(typeof(ConntrackChange))]
public sealed class WatchNatMappingCommand : NatMappingFilterCommand
{
    private const int SmallestBuffer = 4 << 10;
    private const int LargestBuffer = 1 << 30;

    private bool _hasWarnedOfUndecodable;
    private bool _hasWarnedOfNoEvents;

    /// <summary>Gets or sets whether connections without NAT are shown, too.</summary>
    [Parameter]
    public SwitchParameter IncludeUntranslated { get; set; }

    /// <summary>Gets or sets the time in seconds after which the cmdlet ends. By default, it does not end.</summary>
    [Parameter]
    [SecondsNumber(0, 1e9, IsSingle = true)]
    public double? TimeoutSeconds { get; set; }

    /// <summary>
    /// Gets or sets the number of changes after which the cmdlet ends. Present mappings count as well.
    /// </summary>
    [Parameter]
    [WholeNumber(1, int.MaxValue, IsSingle = true)]
    public int? Count { get; set; }

    /// <summary>
    /// Gets or sets how many bytes of unread events the kernel keeps. The default is 4MB, about 5,000 events. 4KB to
    /// 1GB.
    /// </summary>
    [Parameter]
    [WholeNumber(SmallestBuffer, LargestBuffer, IsSingle = true)]
    public int ReceiveBufferSize { get; set; } = 4 << 20;

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (!OperatingSystem.IsLinux())
        {
            throw NotLinux();
        }

        try
        {
            using ConntrackWatch watch = ConntrackWatch.Open(FilterWithNat(IncludeUntranslated), ReceiveBufferSize);
            string limit = TimeoutSeconds is { } seconds ? $" for {seconds} s" : string.Empty;
            WriteVerbose(
                $"Listing the present mappings, then waiting for changes{limit}. Ctrl+C ends the watch. The kernel "
                + $"keeps {watch.ReceiveBuffer} bytes of unread changes.");
            ReportLimits(watch);
            Follow(watch);
            if (watch.Undecodable > 0)
            {
                WriteVerbose($"Messages of the kernel that could not be decoded: {watch.Undecodable}.");
            }
        }
        catch (OperationCanceledException) when (Cancellation.IsCancellationRequested)
        {
            // After Ctrl+C, nobody reads the output.
        }
        catch (LinuxException failure)
        {
            throw Terminating(Errors.From(failure, CommandName));
        }
    }

    /// <summary>Reports what the watch cannot see. The default settings of the kernel cause no warning.</summary>
    [SupportedOSPlatform("linux")]
    private void ReportLimits(ConntrackWatch watch)
    {
        if (KernelWarnings.Events(watch) is { } noEvents)
        {
            _hasWarnedOfNoEvents = true;
            WriteWarning(noEvents);
        }
        else
        {
            WriteVerbose(
                "The kernel sends no events for connections that are older than this watch "
                + $"({ConntrackSettings.Events}). Their changes are found by listing the table every "
                + $"{watch.ListingInterval.TotalSeconds} s.");
        }

        bool isGiven = MyInvocation.BoundParameters.ContainsKey(nameof(ReceiveBufferSize));
        if (isGiven && KernelWarnings.ReceiveBuffer(watch, ReceiveBufferSize) is { } smaller)
        {
            WriteWarning(smaller);
        }
    }

    [SupportedOSPlatform("linux")]
    private void WarnOnceOfUndecodable(ConntrackWatch watch)
    {
        if (!_hasWarnedOfUndecodable && watch.Undecodable > 0)
        {
            _hasWarnedOfUndecodable = true;
            WriteWarning(KernelWarnings.Undecodable(watch.Undecodable));
        }
    }

    /// <summary>Warns if the events were switched off after the start.</summary>
    [SupportedOSPlatform("linux")]
    private void WarnOnceOfNoEvents(ConntrackWatch watch)
    {
        if (!_hasWarnedOfNoEvents && watch.EventMode == ConntrackEventMode.None)
        {
            _hasWarnedOfNoEvents = true;
            WriteWarning(KernelWarnings.Events(watch)!);
        }
    }

    [SupportedOSPlatform("linux")]
    private void Follow(ConntrackWatch watch)
    {
        TimeSpan limit = TimeoutSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : TimeSpan.MaxValue;
        long startedAt = Stopwatch.GetTimestamp();
        int written = 0;
        while (written < (Count ?? int.MaxValue))
        {
            TimeSpan rest = limit == TimeSpan.MaxValue ? limit : limit - Stopwatch.GetElapsedTime(startedAt);
            if (rest <= TimeSpan.Zero && watch.IsUpToDate)
            {
                return; // The time is over, even if changes keep coming.
            }

            // A wait ends at each listing, so that a warning does not wait for the next change.
            TimeSpan wait = rest < watch.ListingInterval ? rest : watch.ListingInterval;
            WatchOutcome outcome = watch.Next(wait, Cancellation, out ConntrackChange? change);
            WarnOnceOfUndecodable(watch);
            WarnOnceOfNoEvents(watch);
            switch (outcome)
            {
                case WatchOutcome.TimedOut when wait == rest:
                    return;
                case WatchOutcome.TimedOut:
                    break;
                case WatchOutcome.EventsLost:
                    WarnOfLostEvents();
                    break;
                default:
                    WriteObject(change);
                    written = Count is null ? 0 : written + 1;
                    break;
            }
        }
    }

    private void WarnOfLostEvents() => WriteWarning(
        "Changes came faster than they were read, and the kernel lost some. The table is listed again, so that the "
        + "present mappings are correct. Connections that started and ended in the meantime are missing. Use a "
        + $"larger -ReceiveBufferSize than {ReceiveBufferSize} bytes, use filters, or do less work in the pipeline.");
}
