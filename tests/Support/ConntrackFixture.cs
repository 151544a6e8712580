using ProxyHelper.Linux;
using ProxyHelper.Netlink;

namespace ProxyHelper.TestSupport;

/// <summary>Adds and deletes entries in the conntrack table of a network namespace. For one thread.</summary>
public sealed class ConntrackFixture : IDisposable
{
    private const int BatchSize = 32;

    private readonly NetlinkSocket _socket;
    private readonly NetlinkExchange _exchange = new(BatchSize);
    private readonly byte[] _buffer = new byte[BatchSize * ConntrackMessage.LargestSize];

    private ConntrackFixture(NetlinkSocket socket)
    {
        _socket = socket;
    }

    private delegate void Write(ref NetlinkWriter writer, uint sequence, ConntrackFlow flow);

    /// <summary>Opens the table of the calling thread's network namespace.</summary>
    public static ConntrackFixture Open() => new(NetlinkSocket.Open());

    /// <summary>Adds entries.</summary>
    /// <exception cref="LinuxException">
    /// Thrown when the kernel refuses an entry: EEXIST (17) if it exists, EINVAL if it is not valid.
    /// </exception>
    public void Add(params IEnumerable<ConntrackFlow> flows) => Run("add", ConntrackMessage.WriteNew, flows);

    /// <summary>Deletes entries by their original tuples.</summary>
    /// <exception cref="LinuxException">
    /// Thrown when the kernel refuses an entry: ENOENT if it does not exist.
    /// </exception>
    public void Delete(params IEnumerable<ConntrackFlow> flows) => Run("delete", ConntrackMessage.WriteDelete, flows);

    /// <summary>Deletes all entries.</summary>
    public void Flush()
    {
        var writer = new NetlinkWriter(_buffer);
        uint sequence = _socket.TakeSequence(1);
        ConntrackMessage.WriteFlush(ref writer, sequence);
        _exchange.Run(_socket, _buffer.AsSpan(0, writer.Length), sequence, 1);
        Check(0, "flush conntrack entries");
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private void Run(string verb, Write write, IEnumerable<ConntrackFlow> flows)
    {
        foreach (ConntrackFlow[] batch in flows.Chunk(BatchSize))
        {
            var writer = new NetlinkWriter(_buffer);
            uint sequence = _socket.TakeSequence(batch.Length);
            for (int i = 0; i < batch.Length; i++)
            {
                write(ref writer, sequence + (uint)i, batch[i]);
            }

            _exchange.Run(_socket, _buffer.AsSpan(0, writer.Length), sequence, batch.Length);
            for (int i = 0; i < batch.Length; i++)
            {
                Check(i, $"{verb} conntrack entry {batch[i]}");
            }
        }
    }

    private void Check(int request, string what)
    {
        Errno errno = !_exchange.TryGetAnswer(request, out NetlinkMessage answer) ? Errno.EBADMSG
            : answer.Type != NetlinkMessage.ErrorType ? Errno.EBADMSG
            : NetlinkError.Read(answer).Errno;
        if (errno != Errno.None)
        {
            throw new NetlinkException(what, errno);
        }
    }
}
