using System.Diagnostics;
using System.Globalization;
using System.Text;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;

namespace ProxyHelper.Daemon;

/// <summary>
/// Represents the service manager, systemd, if one started this process. It passes sockets (sd_listen_fds(3)) and
/// receives notifications (sd_notify(3)).
/// </summary>
internal sealed class ServiceManager : IDisposable
{
    private const int FirstDescriptor = 3; // SD_LISTEN_FDS_START (systemd/sd-daemon.h)

    private readonly LinuxSocket? _socket;

    private ServiceManager(LinuxSocket? socket)
    {
        _socket = socket;
    }

    /// <summary>Gets the descriptors of the sockets that this process inherited.</summary>
    public static IReadOnlyList<int> InheritedSockets =>
        ReadNumber("LISTEN_PID") == Environment.ProcessId && ReadNumber("LISTEN_FDS") is > 0 and < 1024 and var count
            ? [.. Enumerable.Range(FirstDescriptor, (int)count)]
            : [];

    /// <summary>Gets the time without a notification after which systemd ends this process, or null.</summary>
    public static TimeSpan? WatchdogTimeout =>
        ReadNumber("WATCHDOG_USEC") is > 0 and var microseconds
        && (ReadNumber("WATCHDOG_PID") ?? Environment.ProcessId) == Environment.ProcessId
            ? TimeSpan.FromMicroseconds(microseconds)
            : null;

    /// <summary>Connects to the service manager. Without one, notifications have no effect.</summary>
    /// <exception cref="LinuxException">Thrown when there is no socket at the address in NOTIFY_SOCKET.</exception>
    public static ServiceManager Open()
    {
        if (Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is not { Length: > 1 } path)
        {
            return new ServiceManager(null);
        }

        byte[] name = Encoding.UTF8.GetBytes(path);
        if (name[0] == (byte)'@')
        {
            name[0] = 0; // a name in the abstract namespace (unix(7))
        }

        // struct sockaddr_un (linux/un.h). The family is in host order, which is little-endian on x64 and arm64.
        byte[] address = [SocketKind.UnixFamily, 0, .. name];
        LinuxSocket socket = LinuxSocket.Open(SocketKind.Unix);
        socket.Connect(address, path);
        return new ServiceManager(socket);
    }

    /// <summary>Notifies the service manager that the helper answers queries. Also ends a reload.</summary>
    public void NotifyReady(string status) => Notify($"READY=1\nSTATUS={status}");

    /// <summary>Notifies the service manager that a reload starts, which <see cref="NotifyReady"/> ends.</summary>
    public void NotifyReloading()
    {
        long microseconds = Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1_000_000);
        Notify(string.Create(CultureInfo.InvariantCulture, $"RELOADING=1\nMONOTONIC_USEC={microseconds}"));
    }

    /// <summary>Notifies the service manager that the process ends.</summary>
    public void NotifyStopping() => Notify("STOPPING=1");

    /// <summary>Notifies the watchdog of the service manager that the helper works.</summary>
    public void NotifyAlive() => Notify("WATCHDOG=1");

    /// <inheritdoc/>
    public void Dispose() => _socket?.Dispose();

    private static long? ReadNumber(string variable) =>
        NumberText.TryRead(Environment.GetEnvironmentVariable(variable), out long number) ? number : null;

    private void Notify(string message)
    {
        try
        {
            _socket?.Send(Encoding.UTF8.GetBytes(message), "to the service manager");
        }
        catch (LinuxException)
        {
            // The service manager is busy or gone. Answers do not depend on it.
        }
    }
}
