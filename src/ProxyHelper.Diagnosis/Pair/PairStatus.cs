using System.Diagnostics;

namespace ProxyHelper.Diagnosis.Pair;

/// <summary>Represents what a running conntrackd says about itself and the other router.</summary>
/// <param name="Statistics">The figures, or null if conntrackd does not answer.</param>
/// <param name="HearsPeer">Whether a packet of the other router arrived during the check.</param>
/// <param name="Links">The state of each link, or null if it is not known or does not matter.</param>
/// <param name="Fault">The reason that conntrackd does not answer, as a clause, or null.</param>
internal sealed record PairStatus(ConntrackdStatistics? Statistics, bool HearsPeer, string? Links, string? Fault)
{
    private const string Program = "conntrackd";

    // conntrackd sends at least one packet each second, also if nothing changes.
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan _timeLimit = TimeSpan.FromSeconds(10);

    /// <summary>Asks conntrackd until a packet of the other router arrives, for at most 3 seconds.</summary>
    /// <param name="configuration">The path of conntrackd's configuration.</param>
    /// <param name="cancellationToken">Stops the check.</param>
    /// <exception cref="OperationCanceledException">Thrown when the caller canceled the check.</exception>
    public static PairStatus Read(string configuration, CancellationToken cancellationToken)
    {
        ToolOutput Ask(params string[] more) =>
            ListingTool.Run(Program, ["-C", configuration, "-s", .. more], _timeLimit, cancellationToken);

        long start = Stopwatch.GetTimestamp();
        return Read(Ask, () =>
        {
            cancellationToken.WaitHandle.WaitOne(_interval);
            cancellationToken.ThrowIfCancellationRequested();
            return Stopwatch.GetElapsedTime(start) < _patience;
        });
    }

    /// <summary>Asks conntrackd.</summary>
    /// <param name="ask">Runs "conntrackd -s" with further arguments.</param>
    /// <param name="waits">Waits until the next question. Returns false if the time is over.</param>
    internal static PairStatus Read(Func<string[], ToolOutput> ask, Func<bool> waits)
    {
        ConntrackdStatistics? first = null;
        while (true)
        {
            ToolOutput output = ask([]);
            if (output.Output is not { } text || ConntrackdStatistics.TryParse(text.Span) is not { } latest)
            {
                return new PairStatus(null, HearsPeer: false, null, Reason(output));
            }

            first ??= latest;
            if (latest.Received > first.Received)
            {
                return new PairStatus(latest, HearsPeer: true, null, null);
            }

            if (!waits())
            {
                string? links = ask(["link"]).Output is { } states
                    ? ConntrackdStatistics.ReadLinkStates(states.Span)
                    : null;
                return new PairStatus(latest, HearsPeer: false, links, null);
            }
        }
    }

    private static string Reason(ToolOutput output) => output switch
    {
        { IsInstalled: false } => $"{Program} is not in PATH",
        { Fault: { } fault } => $"'{Program} -s' failed: {fault}",
        _ => $"the output of '{Program} -s' is not that of a {Program} that synchronizes entries",
    };
}
