using System.ComponentModel;
using ProxyHelper.Relay;

namespace ProxyHelper.PowerShell;

/// <summary>Represents the counts of a relay as properties of its job.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class CountedRelayJob : ServerJob
{
    private protected CountedRelayJob(string command, string name, JobPidFile? pidFile)
        : base(command, name, pidFile)
    {
    }

    /// <summary>Gets the number of accepted connections.</summary>
    public long Accepted => Counts.Accepted;

    /// <summary>Gets the number of connections that are open now.</summary>
    public long Open => Counts.Open;

    /// <summary>Gets the number of queries that were sent, with repeats.</summary>
    public long Queries => Counts.Queries;

    /// <summary>Gets the number of bytes from users to the target.</summary>
    public long BytesUp => Counts.BytesUp;

    /// <summary>Gets the number of bytes from the target to users.</summary>
    public long BytesDown => Counts.BytesDown;

    /// <summary>Gets the number of connections that were reset before they were relayed.</summary>
    public long Refused => RelayOutcomes.All.Where(IsRefusal).Sum(row => Counts[row.Outcome]);

    /// <summary>
    /// Gets the number of connections that were reset before they were relayed, for each reason that occurred, such as
    /// "not found 2".
    /// </summary>
    public IReadOnlyList<string> RefusalReasons =>
    [
        .. from row in RelayOutcomes.All
           where IsRefusal(row) && Counts[row.Outcome] > 0
           select $"{row.Label!.Replace('_', ' ')} {Counts[row.Outcome]}",
    ];

    // As in CountedJob, the counts are properties of the class. A test compares them with the table of outcomes.

    /// <summary>Gets the number of connections that both sides ended.</summary>
    public long Completed => Counts[RelayOutcome.Finished];

    /// <summary>Gets the number of connections that one side reset.</summary>
    public long Reset => Counts[RelayOutcome.Reset];

    /// <summary>Gets the number of connections without a byte for the idle time.</summary>
    public long IdleTimeouts => Counts[RelayOutcome.IdleTimeout];

    /// <summary>
    /// Gets the number of connections that one side had ended, without a byte for the half-closed time.
    /// </summary>
    public long HalfClosedTimeouts => Counts[RelayOutcome.HalfClosedTimeout];

    /// <summary>Gets the number of connections that were open at the end of the drain time.</summary>
    public long Drained => Counts[RelayOutcome.Drained];

    /// <summary>Gets the number of connections that did not come from a router.</summary>
    public long NotRouter => Counts[RelayOutcome.NotRouter];

    /// <summary>Gets the number of connections that the helper did not find.</summary>
    public long NotFound => Counts[RelayOutcome.NotFound];

    /// <summary>Gets the number of connections about which the helper did not reply in time.</summary>
    public long NoReply => Counts[RelayOutcome.NoReply];

    /// <summary>Gets the number of connections for which no helper listened on the router.</summary>
    public long HelperUnreachable => Counts[RelayOutcome.HelperUnreachable];

    /// <summary>Gets the number of connections that exceeded the limit of queries.</summary>
    public long TooManyQueries => Counts[RelayOutcome.TooManyQueries];

    /// <summary>Gets the number of connections that would have come back to the relay.</summary>
    public long Loops => Counts[RelayOutcome.Loop];

    /// <summary>Gets the number of connections to a port that is not allowed.</summary>
    public long PortNotAllowed => Counts[RelayOutcome.PortNotAllowed];

    /// <summary>Gets the number of connections of a source that had too many connections.</summary>
    public long TooManyOfSource => Counts[RelayOutcome.TooManyOfSource];

    /// <summary>Gets the number of connections that the user reset before the relay had reached the target.</summary>
    public long ClientGone => Counts[RelayOutcome.ClientGone];

    /// <summary>Gets the number of connections that the target refused.</summary>
    public long TargetRefused => Counts[RelayOutcome.TargetRefused];

    /// <summary>Gets the number of connections that the target did not accept in time.</summary>
    public long TargetTimeouts => Counts[RelayOutcome.TargetTimeout];

    /// <summary>Gets the number of connections for which a descriptor or memory was missing.</summary>
    public long LocalFaults => Counts[RelayOutcome.LocalFault];

    /// <summary>Gets the number of datagrams that were no expected reply.</summary>
    public long IgnoredReplies => Counts[RelayOutcome.IgnoredReply];

    /// <summary>Gets the number of connections that could not be accepted and waited in the kernel.</summary>
    public long AcceptErrors => Counts[RelayOutcome.AcceptError];

    /// <summary>Gets the counts of the relay up to now.</summary>
    private protected abstract RelayCounts Counts { get; }

    private static bool IsRefusal(RelayOutcomeRow row) =>
        row.IsOfConnection && row.Outcome is >= RelayOutcome.NotRouter and not RelayOutcome.ClientGone;
}
