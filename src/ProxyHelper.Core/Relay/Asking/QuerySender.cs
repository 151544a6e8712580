using System.Runtime.Versioning;
using ProxyHelper.Linux;
using ProxyHelper.Protocol;

namespace ProxyHelper.Relay.Asking;

/// <summary>Sends queries, each with one system call.</summary>
[SupportedOSPlatform("linux")]
internal sealed class QuerySender
{
    private readonly MessageBatch _datagram = new(slots: 1, HelperDatagram.Size, isConnected: true);

    /// <summary>Gets or sets the secret of the helpers.</summary>
    public uint Secret { get; set; }

    /// <summary>
    /// Returns whether an error means that the helper cannot be reached. The other errors are faults of this host, or
    /// no error at all.
    /// </summary>
    public static bool IsUnreachable(Errno errno) => errno is not (
        Errno.None or Errno.EMFILE or Errno.ENFILE or Errno.ENOMEM or Errno.ENOBUFS or Errno.EADDRNOTAVAIL
        or Errno.EADDRINUSE or Errno.EAGAIN or Errno.ENOSPC);

    /// <summary>Sends a query, and returns the error, which may be that of an earlier query.</summary>
    public Errno TrySend(AskedQuery query)
    {
        Span<byte> bytes = stackalloc byte[HelperDatagram.Size];
        new Query(query.Cookie, Secret, query.Source, query.Destination).Write(bytes);
        int sent;
        do
        {
            _datagram.Load(0, bytes, address: default);
            _datagram.Reply(0, bytes.Length, controlLength: 0);
            sent = _datagram.Send(query.Socket.Socket);
        }
        while (sent == 0); // a signal arrived first

        return sent > 0 ? Errno.None : LinuxHandle.LastError();
    }
}
