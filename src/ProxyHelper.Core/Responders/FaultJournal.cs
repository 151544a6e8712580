using System.Diagnostics;
using System.Threading.Channels;
using ProxyHelper.Linux;

namespace ProxyHelper.Responders;

/// <summary>
/// Tells trouble with look-ups when it begins and when it is over, and not oftener than every ten seconds, so that a fault that
/// comes and goes with each query fills no log. What is not read in time is dropped, the oldest first.
/// </summary>
internal sealed class FaultJournal
{
    private const int Kept = 64;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly Channel<ResponderFault> _faults = Channel.CreateBounded<ResponderFault>(
        new BoundedChannelOptions(Kept) { FullMode = BoundedChannelFullMode.DropOldest });

    private long _toldAt;
    private bool _isInTrouble;

    /// <summary>What was told; it ends when the responder does, with an exception if it failed.</summary>
    public ChannelReader<ResponderFault> Reader => _faults.Reader;

    /// <summary>Takes note of how a batch of look-ups went.</summary>
    /// <param name="errno">The first error, or none.</param>
    public void Note(Errno errno)
    {
        bool isTrouble = errno != Errno.None;
        if (isTrouble == _isInTrouble || (isTrouble && _toldAt != 0 && Stopwatch.GetElapsedTime(_toldAt) < Interval))
        {
            return;
        }

        _isInTrouble = isTrouble;
        _toldAt = Stopwatch.GetTimestamp();
        string message = isTrouble
            ? $"The kernel's conntrack table cannot be asked ({errno}{Advice(errno)}): queries are answered \"not found\" until it can."
            : "The kernel's conntrack table can be asked again.";
        _faults.Writer.TryWrite(new ResponderFault(DateTimeOffset.UtcNow, !isTrouble, message));
    }

    /// <summary>Ends the journal.</summary>
    /// <param name="failure">What ended the responder, or null when it was stopped.</param>
    public void Complete(Exception? failure) => _faults.Writer.TryComplete(failure);

    private static string Advice(Errno errno) => errno switch
    {
        Errno.EPERM => ": CAP_NET_ADMIN is missing",
        Errno.EINVAL => ": is nf_conntrack_netlink loaded?",
        Errno.ENOBUFS => ": answers were lost",
        _ => string.Empty,
    };
}
