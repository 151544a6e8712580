using System.Diagnostics;
using System.Management.Automation;
using System.Runtime.Versioning;
using ProxyHelper.Conntrack;
using ProxyHelper.Linux;

namespace ProxyHelper.PowerShell.Commands;

/// <summary>Shows the mappings that are there, then each that is new, changes or goes, as it happens, until Ctrl+C.</summary>
[Cmdlet(VerbsCommon.Watch, "NatMapping")]
[OutputType(typeof(ConntrackChange))]
public sealed class WatchNatMappingCommand : NatMappingFilterCommand
{
    private const int SmallestBuffer = 4 << 10;
    private const int LargestBuffer = 1 << 30;

    /// <summary>Shows connections that are not translated as well.</summary>
    [Parameter]
    public SwitchParameter IncludeUntranslated { get; set; }

    /// <summary>Ends after so many seconds.</summary>
    [Parameter]
    [ValidateRange(0.0, 1e9)]
    public double? TimeoutSeconds { get; set; }

    /// <summary>Ends after so many changes, those that are present at the beginning included.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? Count { get; set; }

    /// <summary>How many bytes of events the kernel keeps until they are read, 4KB to 1GB. 4MB unless said, which is some 5,000 events.</summary>
    [Parameter]
    [ValidateRange(SmallestBuffer, LargestBuffer)]
    public int ReceiveBufferSize { get; set; } = 4 << 20;

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (!OperatingSystem.IsLinux())
        {
            Throw(Errors.PlatformNotSupported(MyInvocation.MyCommand.Name));
            return;
        }

        try
        {
            using ConntrackWatch watch = ConntrackWatch.Open(FilterWithNat(IncludeUntranslated), ReceiveBufferSize);
            WriteVerbose($"Listing what is there, then waiting for changes{(TimeoutSeconds is { } seconds ? $" for {seconds} s" : string.Empty)}; Ctrl+C ends it. The kernel keeps {ReceiveBufferSize} bytes of them until they are read.");
            Follow(watch);
        }
        catch (OperationCanceledException) when (Cancellation.IsCancellationRequested)
        {
            // Ctrl+C: there is nobody left to tell.
        }
        catch (LinuxException failure)
        {
            Throw(Errors.From(failure, MyInvocation.MyCommand.Name));
        }
    }

    [SupportedOSPlatform("linux")]
    private void Follow(ConntrackWatch watch)
    {
        TimeSpan limit = TimeoutSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : TimeSpan.MaxValue;
        long beganAt = Stopwatch.GetTimestamp();
        int told = 0;
        while (told < (Count ?? int.MaxValue))
        {
            TimeSpan rest = limit == TimeSpan.MaxValue ? limit : limit - Stopwatch.GetElapsedTime(beganAt);
            if (rest <= TimeSpan.Zero && watch.IsUpToDate)
            {
                return; // however much goes on happening
            }

            switch (watch.Next(rest, Cancellation, out ConntrackChange? change))
            {
                case WatchOutcome.TimedOut:
                    return;
                case WatchOutcome.EventsLost:
                    WriteWarning($"Changes came faster than they were read, and the kernel lost some. The table is listed anew, so that what is shown is right again; connections that came and went meanwhile are missing. A larger -ReceiveBufferSize than {ReceiveBufferSize} bytes, or filters and less work behind the pipe, keep up with more.");
                    break;
                default:
                    WriteObject(change);
                    told = Count is null ? 0 : told + 1;
                    break;
            }
        }
    }
}
