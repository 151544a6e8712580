using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.Linux;

namespace ProxyHelper.Telemetry;

/// <summary>
/// Tells what an administrator should know, each kind of thing not oftener than every ten seconds, so that neither a fault that
/// comes and goes nor a flood fills a log. What is not read in time is dropped, the oldest first. Any worker may write.
/// </summary>
internal sealed class ResponderJournal
{
    private const int Kept = 256;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly Channel<ResponderNotice> _notices = Channel.CreateBounded<ResponderNotice>(
        new BoundedChannelOptions(Kept) { FullMode = BoundedChannelFullMode.DropOldest });

    private readonly Topic[] _refusals = new Topic[Enum.GetValues<Verdict>().Length];
    private Topic _lookups;
    private Topic _drops;
    private Topic _accepts;
    private bool _isInTrouble;

    /// <summary>What was told; it ends when the responder does, with an exception if it failed.</summary>
    public ChannelReader<ResponderNotice> Reader => _notices.Reader;

    /// <summary>The newest fault, or null when there was none.</summary>
    public ResponderNotice? LastFault { get; private set; }

    /// <summary>Takes note of how a batch of look-ups went, second try included.</summary>
    /// <param name="errno">The first error, or none.</param>
    public void NoteLookups(Errno errno)
    {
        bool isTrouble = errno != Errno.None;
        if (isTrouble == Volatile.Read(ref _isInTrouble))
        {
            return;
        }

        lock (_notices)
        {
            if (isTrouble == _isInTrouble || (isTrouble && !_lookups.IsDue()))
            {
                return;
            }

            _isInTrouble = isTrouble;
            Tell(
                isTrouble ? NoticeKind.Fault : NoticeKind.Recovery,
                isTrouble
                    ? $"The kernel's conntrack table cannot be asked ({errno}{Advice(errno)}): queries are answered \"not found\" until it can."
                    : "The kernel's conntrack table can be asked again.");
        }
    }

    /// <summary>Takes note of a datagram, or a TCP connection, that was dropped.</summary>
    /// <param name="verdict">Why.</param>
    /// <param name="sender">The address it came from.</param>
    public void NoteRefused(Verdict verdict, IPv4Address sender)
    {
        lock (_notices)
        {
            ref Topic topic = ref _refusals[(int)verdict];
            if (topic.IsDue())
            {
                Tell(verdict == Verdict.Late ? NoticeKind.Fault : NoticeKind.Refusal, $"{Words(verdict, sender)}{topic.TakeSilent()}.");
            }
        }
    }

    /// <summary>Takes note of a query that is answered. While much is unread it is left out, so that it drives out nothing else.</summary>
    /// <param name="sender">The address it came from.</param>
    /// <param name="asked">The tuple that was looked up, in the reply's direction.</param>
    /// <param name="lookup">What was found.</param>
    public void NoteQuery(IPv4Address sender, in ConntrackTuple asked, in Lookup lookup)
    {
        if (_notices.Reader.Count >= Kept / 2)
        {
            return;
        }

        string answer = lookup.Outcome switch
        {
            LookupOutcome.Found => $"{lookup.Original.Source} -> {lookup.Original.Destination}",
            LookupOutcome.NotFound => "not found",
            _ => "not found, as the look-up failed",
        };
        Tell(NoticeKind.Query, $"{sender} asked about {asked.Destination} -> {asked.Source}: {answer}.");
    }

    /// <summary>Takes note of datagrams that the kernel dropped because the queue was full.</summary>
    public void NoteDrops(uint count)
    {
        lock (_notices)
        {
            _drops.Silent += count - 1; // IsDue counts one
            if (_drops.IsDue())
            {
                Tell(NoticeKind.Fault, $"A queue was full, and the kernel dropped datagrams that were not read{_drops.TakeSilent()}: there are more than this machine can answer.");
            }
        }
    }

    /// <summary>Takes note of a TCP connection that could not be taken.</summary>
    public void NoteAccept(Errno errno)
    {
        lock (_notices)
        {
            if (_accepts.IsDue())
            {
                string advice = errno is Errno.EMFILE or Errno.ENFILE ? ": there is no descriptor left" : string.Empty;
                Tell(NoticeKind.Fault, $"A TCP connection could not be taken ({errno}{advice}){_accepts.TakeSilent()}: it waits until one can.");
            }
        }
    }

    /// <summary>Ends the journal.</summary>
    /// <param name="failure">What ended the responder, or null when it was stopped.</param>
    public void Complete(Exception? failure) => _notices.Writer.TryComplete(failure);

    private static string Advice(Errno errno) => errno switch
    {
        Errno.EPERM => ": CAP_NET_ADMIN is missing",
        Errno.EINVAL => ": is nf_conntrack_netlink loaded?",
        Errno.ENOBUFS => ": answers were lost",
        _ => string.Empty,
    };

    private static string Words(Verdict verdict, IPv4Address sender) => verdict switch
    {
        Verdict.NotAllowed => $"Dropped a query from {sender}, which is not among the allowed proxies",
        Verdict.NotItsOwn => $"Dropped a query from {sender} about a connection that is not its own; it is no trusted client",
        Verdict.WrongSecret => $"Dropped a query from {sender} with a wrong secret",
        Verdict.Late => $"Dropped a query from {sender} that had waited too long: the machine is overloaded, or its clock was set",
        Verdict.TooOften => $"Dropped a query from {sender}, which asks too often",
        Verdict.MalformedLine => $"Answered {sender} over TCP that its line is no query",
        Verdict.TooMany => $"Closed a TCP connection from {sender}: there are too many, in all or from there",
        Verdict.TooSlow => $"Closed a TCP connection from {sender}, whose time was over",
        _ => $"Dropped a datagram from {sender} that is no query",
    };

    private void Tell(NoticeKind kind, string message)
    {
        var notice = new ResponderNotice(DateTimeOffset.UtcNow, kind, message);
        if (kind == NoticeKind.Fault)
        {
            LastFault = notice;
        }

        _notices.Writer.TryWrite(notice);
    }

    /// <summary>When something was last told, and how often it happened untold since.</summary>
    private struct Topic
    {
        private long _toldAt;

        public long Silent;

        /// <summary>Whether it is to be told now; else it is counted.</summary>
        public bool IsDue()
        {
            if (_toldAt != 0 && Stopwatch.GetElapsedTime(_toldAt) < Interval)
            {
                Silent++;
                return false;
            }

            _toldAt = Stopwatch.GetTimestamp();
            return true;
        }

        public string TakeSilent()
        {
            string words = Silent == 0 ? string.Empty : string.Create(CultureInfo.InvariantCulture, $" ({Silent} more like it since the last message)");
            Silent = 0;
            return words;
        }
    }
}
