using System.Runtime.Versioning;
using ProxyHelper.Conntrack;
using ProxyHelper.Linux;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Server;

/// <summary>
/// Looks up a batch, and once more on a new socket when the kernel could not be asked: a moment's trouble costs nobody a mail.
/// What fails twice is left as failed.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class LookupRetry(ConntrackTable table, ResponderCounters counters, ResponderJournal journal)
{
    private bool _isTableBroken;

    /// <summary>Looks up the entries with these reply tuples.</summary>
    /// <param name="replies">The reply tuples.</param>
    /// <param name="lookups">Receives an outcome for each.</param>
    public void Find(ReadOnlySpan<ConntrackTuple> replies, Span<Lookup> lookups)
    {
        Errno errno = TryFind(replies, lookups);
        if (errno != Errno.None)
        {
            errno = TryFind(replies, lookups);
        }

        journal.NoteLookups(errno);
    }

    private Errno TryFind(ReadOnlySpan<ConntrackTuple> replies, Span<Lookup> lookups)
    {
        if (_isTableBroken)
        {
            try
            {
                table.Reopen();
                counters.Add(Counter.TableReopenings);
            }
            catch (LinuxException failure)
            {
                lookups[..replies.Length].Clear(); // Failed
                return failure.Errno;
            }
        }

        // After an error, answers that have not been read are lost with the old socket.
        Errno errno = table.FindMany(replies, lookups);
        _isTableBroken = errno != Errno.None;
        return errno;
    }
}
