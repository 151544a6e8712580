using System.Collections;
using System.Runtime.Versioning;
using ProxyHelper.Conntrack.Wire;
using ProxyHelper.Linux;
using ProxyHelper.Netlink;

namespace ProxyHelper.Conntrack;

/// <summary>
/// A listing of the conntrack table, read as it is walked: memory does not grow with the table. Each walk asks anew, on a socket
/// of its own in the network namespace of the thread that starts it.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class ConntrackListing : IEnumerable<ConntrackEntry>
{
    /// <summary>How long to wait for the kernel, which has the next datagram ready unless something is wrong with it.</summary>
    internal const int PatienceMilliseconds = 5000;

    private const int EntriesBetweenReports = 10_000;

    private readonly ConntrackFilter _filter;
    private readonly IProgress<long>? _progress;
    private readonly CancellationToken _cancellationToken;

    internal ConntrackListing(ConntrackFilter filter, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        _filter = filter;
        _progress = progress;
        _cancellationToken = cancellationToken;
    }

    /// <summary>What the kernel is asked for, in words; the rest of the filter is compared here.</summary>
    public string AskedOfKernel => string.Join("; then ", KernelFilter.Of(_filter).Select(part => part.ToString()));

    /// <summary>Walks the table.</summary>
    /// <exception cref="NetlinkException">The kernel refused, or the listing cannot be whole: what was given so far is part of the table only.</exception>
    /// <exception cref="LinuxException">The socket failed; ENOBUFS when entries were lost.</exception>
    /// <exception cref="OperationCanceledException">It was ended early.</exception>
    public IEnumerator<ConntrackEntry> GetEnumerator()
    {
        using NetlinkSocket socket = NetlinkSocket.Open();
        var dump = new NetlinkDump("list the conntrack table", PatienceMilliseconds);
        long looked = 0;
        foreach (KernelFilter part in KernelFilter.Of(_filter))
        {
            Begin(dump, socket, part);
            while (dump.MoveNext(_cancellationToken))
            {
                if (!ConntrackDecoder.TryReadEntry(dump.Current.Payload, out ConntrackEntry? entry))
                {
                    throw dump.Malformed();
                }

                if (++looked % EntriesBetweenReports == 0)
                {
                    _progress?.Report(looked);
                }

                if (_filter.Matches(entry))
                {
                    yield return entry;
                }
            }
        }
    }

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static void Begin(NetlinkDump dump, NetlinkSocket socket, KernelFilter filter)
    {
        uint sequence = socket.TakeSequence(1);
        Span<byte> message = stackalloc byte[ConntrackRequest.MaximumDumpSize];
        var writer = new NetlinkWriter(message);
        ConntrackRequest.WriteDump(ref writer, sequence, filter);
        dump.Begin(socket, message[..writer.Length], sequence);
    }
}
