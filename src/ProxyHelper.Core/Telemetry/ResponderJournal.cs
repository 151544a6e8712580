using System.Globalization;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.Linux;

namespace ProxyHelper.Telemetry;

/// <summary>
/// Writes notices for an administrator. Each kind of event causes at most one notice in ten seconds. Only the addresses
/// that appear cause more. Neither a recurring fault nor a flood fills a log.
/// </summary>
internal sealed class ResponderJournal : NoticeJournal
{
    private const int MaxReason = 300; // characters of what a source says
    private const int MaxAppearances = 1000; // that are remembered
    private const int AppearanceNotices = 16; // in ten seconds; a router seldom has more addresses

    private readonly Topic[] _refusals = new Topic[Outcomes.All.Count];
    private readonly HashSet<(IPv4Address Address, uint CreatedAt)> _appearances = [];
    private Topic _appeared;
    private Topic _lookups;
    private Topic _drops;
    private Topic _accepts;
    private bool _areLookupsFailing;

    /// <summary>Logs when look-ups begin to fail, and when they succeed again.</summary>
    /// <param name="errno">The first error of a batch after its second attempt, or none.</param>
    public void LogLookups(Errno errno)
    {
        bool isFailing = errno != Errno.None;
        if (isFailing == Volatile.Read(ref _areLookupsFailing))
        {
            return;
        }

        lock (Sync)
        {
            if (isFailing == _areLookupsFailing || (isFailing && !_lookups.IsDue()))
            {
                return;
            }

            _areLookupsFailing = isFailing;
            if (isFailing)
            {
                string advice = ErrnoAdvice.ForConntrack(errno) is { } known ? $" {known}" : string.Empty;
                Write(
                    NoticeKind.Fault,
                    $"Look-ups in the conntrack table fail ({errno}). Queries are answered \"not found\".{advice}");
            }
            else
            {
                Write(NoticeKind.Recovery, "Look-ups in the conntrack table succeed again.");
            }
        }
    }

    /// <summary>Logs a query or a TCP connection that was refused, or that has no certain answer.</summary>
    /// <param name="outcome">The outcome.</param>
    /// <param name="sender">The address of the sender.</param>
    /// <param name="reason">The reason in the words of the source, or null.</param>
    public void LogRefusal(Outcome outcome, IPv4Address sender, string? reason = null)
    {
        lock (Sync)
        {
            ref Topic topic = ref _refusals[(int)outcome];
            if (topic.IsDue() && Outcomes.Row(outcome) is { Notice: { } notice } row)
            {
                string message = string.Format(CultureInfo.InvariantCulture, notice, sender);
                Write(row.NoticeKind, $"{message}{topic.TakeRepeats()}.{DescribeReason(reason)}");
            }
        }
    }

    /// <summary>
    /// Logs a query that is answered. If many notices are unread, the query is left out, so that it replaces no other.
    /// </summary>
    /// <param name="sender">The address of the sender.</param>
    /// <param name="reply">The tuple that was looked up, in the reply direction.</param>
    /// <param name="lookup">The result of the look-up.</param>
    public void LogQuery(IPv4Address sender, in ConntrackTuple reply, in Lookup lookup)
    {
        if (IsBusy)
        {
            return;
        }

        string answer = lookup.Outcome switch
        {
            LookupOutcome.Found => $"{lookup.Original.Source} -> {lookup.Original.Destination}",
            LookupOutcome.NotFound => "not found",
            _ => "not found, because the look-up failed",
        };
        Write(NoticeKind.Query, $"{sender} asked about {reply.Destination} -> {reply.Source}: {answer}.");
    }

    /// <summary>Logs datagrams that the kernel dropped because a queue was full.</summary>
    public void LogDrops(uint count)
    {
        lock (Sync)
        {
            _drops.Repeats += count - 1; // IsDue counts one
            if (_drops.IsDue())
            {
                string repeats = _drops.TakeRepeats();
                Write(
                    NoticeKind.Fault,
                    $"A queue was full, and the kernel dropped datagrams{repeats}. Reduce the load of this host.");
            }
        }
    }

    /// <summary>Logs that an address of the responder has appeared on this host, once for all servers.</summary>
    /// <param name="address">The address.</param>
    /// <param name="createdAt">The time at which the address was added, so that each addition is logged.</param>
    /// <param name="grace">The time for which queries may wait.</param>
    public void LogAppearance(IPv4Address address, uint createdAt, TimeSpan grace)
    {
        lock (Sync)
        {
            if (_appearances.Count == MaxAppearances)
            {
                _appearances.Clear();
            }

            if (_appearances.Add((address, createdAt)) && _appeared.IsDue(AppearanceNotices))
            {
                string seconds = grace.TotalSeconds.ToString(CultureInfo.InvariantCulture);
                Write(
                    NoticeKind.Appearance,
                    $"The address {address} appeared{_appeared.TakeRepeats()}. For {seconds} s, a query whose "
                    + "connection is not found waits, and is looked up again.");
            }
        }
    }

    /// <summary>Logs a TCP connection that could not be accepted.</summary>
    public void LogFailedAccept(Errno errno)
    {
        lock (Sync)
        {
            if (_accepts.IsDue())
            {
                string advice = ErrnoAdvice.ForResources(errno) is { } known ? $" {known}" : string.Empty;
                string repeats = _accepts.TakeRepeats();
                Write(
                    NoticeKind.Fault,
                    $"A TCP connection could not be accepted ({errno}){repeats}. New connections wait.{advice}");
            }
        }
    }

    private static string DescribeReason(string? reason) =>
        string.IsNullOrWhiteSpace(reason) ? string.Empty : $" The reason: {PrintableText.From(reason, MaxReason)}";
}
