using System.Text;
using ProxyHelper.Linux;

namespace ProxyHelper.Daemon;

/// <summary>Connects to the socket that NOTIFY_SOCKET names (sd_notify(3)).</summary>
internal static class NotifySocket
{
    private const int MaxNameLength = 107; // sun_path without the NUL at its end (linux/un.h)

    /// <summary>Connects to a path, or with "@" to a name in the abstract namespace (unix(7)).</summary>
    /// <exception cref="LinuxException">
    /// Thrown when the address has another form, such as vsock:2:1234, or when there is no such socket.
    /// </exception>
    public static LinuxSocket Connect(string address)
    {
        byte[] name = Encoding.UTF8.GetBytes(address);
        if (name[0] is not ((byte)'/' or (byte)'@') || name.Length is 1 or > MaxNameLength)
        {
            throw new LinuxException("connect", Errno.EAFNOSUPPORT, "the address is not that of a local socket");
        }

        if (name[0] == (byte)'@')
        {
            name[0] = 0;
        }

        // struct sockaddr_un (linux/un.h). The family is in host order, which is little-endian on x64 and arm64.
        LinuxSocket socket = LinuxSocket.Open(SocketKind.Unix);
        try
        {
            socket.Connect([SocketKind.UnixFamily, 0, .. name], address);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
