using System.ComponentModel;
using ProxyHelper.Telemetry;

namespace ProxyHelper.PowerShell;

/// <summary>Represents the counts of a responder as properties of its job.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class CountedJob : ServerJob
{
    private protected CountedJob(string command, string name, JobPidFile? pidFile)
        : base(command, name, pidFile)
    {
    }

    /// <summary>Gets the number of datagrams and TCP lines read, and of TCP connections refused.</summary>
    public long Queries => Counts.Queries;

    /// <summary>Gets the number of queries that were refused because of their sender.</summary>
    public long Refused => Counts.Refused;

    /// <summary>Gets the number of refused queries for each reason, such as "wrong secret 2".</summary>
    public IReadOnlyList<string> RefusalReasons =>
    [
        .. from row in Outcomes.All
           where row.IsRefusal
           select $"{row.Label!.Replace('_', ' ')} {Counts[row.Outcome]}",
    ];

    /// <summary>Gets the number of queries for which the resolver gave no certain result.</summary>
    public long ResolverFaults => Counts.ResolverFaults;

    /// <summary>
    /// Gets the number of queries without a certain result for each reason that occurred, such as "resolver late 2".
    /// </summary>
    public IReadOnlyList<string> ResolverReasons =>
    [
        .. from row in Outcomes.All
           where row.IsResolverFault && Counts[row.Outcome] > 0
           select $"{row.Label!.Replace('_', ' ')} {Counts[row.Outcome]}",
    ];

    // The counts are properties of the class and not members that the module adds: Tab offers them, and a job has them
    // in each runspace, with or without the module. A test compares them with the table of outcomes.

    /// <summary>Gets the number of queries that were answered with the original ends.</summary>
    public long Found => Counts[Outcome.Found];

    /// <summary>Gets the number of queries that were answered with "not found".</summary>
    public long NotFound => Counts[Outcome.NotFound];

    /// <summary>Gets the number of queries whose look-up failed.</summary>
    public long FailedLookups => Counts[Outcome.FailedLookup];

    /// <summary>Gets the number of queries to which the resolver gave different answers.</summary>
    public long ResolverAmbiguous => Counts[Outcome.ResolverAmbiguous];

    /// <summary>Gets the number of queries for which the resolver answered about other connections.</summary>
    public long ResolverMismatches => Counts[Outcome.ResolverMismatch];

    /// <summary>Gets the number of queries for which the resolver took too long.</summary>
    public long ResolverLate => Counts[Outcome.ResolverLate];

    /// <summary>Gets the number of queries for which the resolver failed.</summary>
    public long ResolverErrors => Counts[Outcome.ResolverError];

    /// <summary>Gets the number of queries for which the resolver returned no mapping and no table.</summary>
    public long ResolverInvalid => Counts[Outcome.ResolverInvalid];

    /// <summary>Gets the number of queries for which the table of the resolver was too old.</summary>
    public long ResolverTooOld => Counts[Outcome.ResolverTooOld];

    /// <summary>Gets the number of queries that found too many queries waiting for the resolver.</summary>
    public long ResolverFull => Counts[Outcome.ResolverFull];

    /// <summary>Gets the number of datagrams and lines that were not queries.</summary>
    public long Malformed => Counts[Outcome.Malformed];

    /// <summary>Gets the number of queries from senders that are not allowed.</summary>
    public long NotAllowed => Counts[Outcome.NotAllowed];

    /// <summary>Gets the number of queries about connections of other hosts.</summary>
    public long NotItsOwn => Counts[Outcome.NotItsOwn];

    /// <summary>Gets the number of queries with a wrong secret.</summary>
    public long WrongSecret => Counts[Outcome.WrongSecret];

    /// <summary>Gets the number of queries that waited too long to be answered safely.</summary>
    public long Late => Counts[Outcome.Late];

    /// <summary>Gets the number of queries from senders that exceeded the rate limit.</summary>
    public long TooOften => Counts[Outcome.TooOften];

    /// <summary>Gets the number of queries to a broadcast or multicast address.</summary>
    public long Broadcasts => Counts[Outcome.Broadcast];

    /// <summary>Gets the number of datagrams that the kernel dropped because a queue was full.</summary>
    public long QueueDrops => Counts[Outcome.QueueDrop];

    /// <summary>Gets the number of TCP connections that were closed at once because too many were open.</summary>
    public long ConnectionDrops => Counts[Outcome.ConnectionDrop];

    /// <summary>Gets the number of TCP connections that were closed because their time limit was reached.</summary>
    public long ConnectionTimeouts => Counts[Outcome.ConnectionTimeout];

    /// <summary>Gets the number of replies that the kernel refused to send.</summary>
    public long UnsentReplies => Counts[Outcome.UnsentReply];

    /// <summary>Gets the number of errors that a socket reported.</summary>
    public long ReceiveErrors => Counts[Outcome.ReceiveError];

    /// <summary>Gets the number of replacements of the socket to the conntrack table.</summary>
    public long TableReopenings => Counts[Outcome.TableReopening];

    /// <summary>Gets the number of queries that waited because an address had just appeared on this host.</summary>
    public long GraceWaits => Counts[Outcome.GraceWait];

    /// <summary>Gets the number of queries that waited and whose connection was then found.</summary>
    public long GraceFinds => Counts[Outcome.GraceFind];

    /// <summary>Gets the counts of the responder up to now.</summary>
    private protected abstract ResponderCounts Counts { get; }
}
