using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;

namespace ProxyHelper.Telemetry;

/// <summary>
/// Keeps notices for an administrator until they are read. If notices are not read, the oldest are dropped. Any thread
/// may write.
/// </summary>
internal abstract class NoticeJournal
{
    private const int Capacity = 256;

    private readonly Channel<ServerNotice> _notices = Channel.CreateBounded<ServerNotice>(
        new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest });

    private volatile Action? _wake;

    /// <summary>
    /// Gets the notices. The channel ends when its writer ends, with an exception if the writer faulted.
    /// </summary>
    public ChannelReader<ServerNotice> Reader => _notices.Reader;

    /// <summary>Gets the newest fault, or null.</summary>
    public ServerNotice? LastFault { get; private set; }

    /// <summary>Gets the lock of what the journal remembers.</summary>
    protected Lock Sync { get; } = new();

    /// <summary>
    /// Gets whether many notices are unread, so that a notice of little weight would replace another notice.
    /// </summary>
    protected bool IsBusy => _notices.Reader.Count >= Capacity / 2;

    /// <summary>Sets what runs after each notice and at the end of the journal.</summary>
    public void WhenWritten(Action wake) => _wake = wake;

    /// <summary>Ends the journal.</summary>
    /// <param name="failure">The exception that ended its writer, or null if the writer was stopped.</param>
    public void Complete(Exception? failure)
    {
        _notices.Writer.TryComplete(failure);
        _wake?.Invoke();
    }

    /// <summary>Writes a notice.</summary>
    protected void Write(NoticeKind kind, string message)
    {
        var notice = new ServerNotice(DateTimeOffset.UtcNow, kind, message);
        if (kind == NoticeKind.Fault)
        {
            LastFault = notice;
        }

        _notices.Writer.TryWrite(notice);
        _wake?.Invoke();
    }

    /// <summary>Limits the notices about one kind of event.</summary>
    protected struct Topic
    {
        private static readonly TimeSpan _interval = TimeSpan.FromSeconds(10);

        private long _firstAt;
        private int _written;

        /// <summary>The number of events without a notice since the last notice.</summary>
        public long Repeats;

        /// <summary>Returns whether an event causes a notice, and counts the event if not.</summary>
        /// <param name="max">The largest number of notices in ten seconds.</param>
        public bool IsDue(int max = 1)
        {
            if (_firstAt == 0 || Stopwatch.GetElapsedTime(_firstAt) >= _interval)
            {
                _firstAt = Stopwatch.GetTimestamp();
                _written = 0;
            }

            if (_written < max)
            {
                _written++;
                return true;
            }

            Repeats++;
            return false;
        }

        /// <summary>Returns words about the repeats, and resets their number.</summary>
        public string TakeRepeats()
        {
            string words = Repeats == 0
                ? string.Empty
                : string.Create(CultureInfo.InvariantCulture, $" ({Repeats} more since the last message)");
            Repeats = 0;
            return words;
        }
    }
}
