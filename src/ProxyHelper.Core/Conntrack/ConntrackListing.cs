using System.Collections;
using System.Runtime.Versioning;
using ProxyHelper.Conntrack.Wire;
using ProxyHelper.Linux;
using ProxyHelper.Netlink;

namespace ProxyHelper.Conntrack;

/// <summary>
/// Represents a listing of the conntrack table. Entries are read while they are enumerated, so memory does not grow
/// with the table. Each enumeration lists the table again, on its own socket, in the network namespace of the thread
/// that starts it.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class ConntrackListing : IEnumerable<ConntrackEntry>
{
    /// <summary>
    /// How many milliseconds a listing waits for a datagram. The kernel has the next datagram ready unless something is
    /// wrong.
    /// </summary>
    internal const int TimeoutMilliseconds = 5000;

    private const int EntriesBetweenReports = 10_000;

    private readonly ConntrackFilter _filter;
    private readonly IProgress<long>? _progress;
    private readonly CancellationToken _cancellationToken;
    private readonly NetlinkOpener _opener;

    internal ConntrackListing(
        ConntrackFilter filter,
        IProgress<long>? progress,
        CancellationToken cancellationToken,
        NetlinkOpener? opener = null)
    {
        ArgumentNullException.ThrowIfNull(filter);
        _filter = filter;
        _progress = progress;
        _cancellationToken = cancellationToken;
        _opener = opener ?? NetlinkSocket.Open;
    }

    /// <summary>
    /// Gets the number of entries that the last enumeration left out because their messages could not be decoded.
    /// </summary>
    public long Undecodable { get; private set; }

    /// <summary>
    /// Returns the part of the filter that the kernel applies as text, such as "IPv4, protocol Tcp". The listing itself
    /// applies the rest of the filter.
    /// </summary>
    public string DescribeKernelFilter() =>
        string.Join("; then ", KernelFilter.From(_filter).Select(part => part.ToString()));

    /// <summary>Lists the table.</summary>
    /// <exception cref="NetlinkException">
    /// Thrown when the kernel refuses the request or the listing is incomplete. The entries so far are then only a part
    /// of the table.
    /// </exception>
    /// <exception cref="LinuxException">Thrown when the socket fails; ENOBUFS if entries were lost.</exception>
    /// <exception cref="OperationCanceledException">Thrown when the listing was ended early.</exception>
    public IEnumerator<ConntrackEntry> GetEnumerator()
    {
        using NetlinkSocket socket = _opener(NetlinkSocket.Netfilter, NetlinkSocket.DefaultReceiveBuffer);
        var dump = new NetlinkDump("list the conntrack table", TimeoutMilliseconds);
        long count = 0;
        Undecodable = 0;
        foreach (KernelFilter part in KernelFilter.From(_filter))
        {
            Begin(dump, socket, part);
            while (dump.MoveNext(_cancellationToken))
            {
                if (!ConntrackDecoder.TryReadEntry(dump.Current.Payload, out ConntrackEntry? entry))
                {
                    Undecodable++;
                    continue;
                }

                if (++count % EntriesBetweenReports == 0)
                {
                    _progress?.Report(count);
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
