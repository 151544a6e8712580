using System.Diagnostics;
using System.Globalization;
using System.Text;
using ProxyHelper.Linux;

namespace ProxyHelper.Daemon;

/// <summary>systemd, if it started this process: what it gave, and what it wants to be told (sd_notify(3), sd_listen_fds(3)).</summary>
internal sealed class ServiceManager : IDisposable
{
    private const int FirstDescriptor = 3; // SD_LISTEN_FDS_START
    private const int UnixFamily = 1; // AF_UNIX
    private const int DatagramType = 2; // SOCK_DGRAM

    private readonly LinuxSocket? _socket;

    private ServiceManager(LinuxSocket? socket)
    {
        _socket = socket;
    }

    /// <summary>The sockets that this process was given, by their descriptors.</summary>
    public static IReadOnlyList<int> InheritedSockets =>
        Number("LISTEN_PID") == Environment.ProcessId && Number("LISTEN_FDS") is > 0 and < 1024 and var count
            ? [.. Enumerable.Range(FirstDescriptor, (int)count)]
            : [];

    /// <summary>How often it wants to hear that all is well, or null when it does not.</summary>
    public static TimeSpan? WatchdogInterval =>
        Number("WATCHDOG_USEC") is > 0 and var microseconds && (Number("WATCHDOG_PID") ?? Environment.ProcessId) == Environment.ProcessId
            ? TimeSpan.FromMicroseconds(microseconds)
            : null;

    /// <summary>Finds the way to it.</summary>
    /// <exception cref="LinuxException">It named a way that is none.</exception>
    public static ServiceManager Open()
    {
        if (Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is not { Length: > 1 } path)
        {
            return new ServiceManager(null);
        }

        byte[] name = Encoding.UTF8.GetBytes(path);
        if (name[0] == (byte)'@')
        {
            name[0] = 0; // an abstract name
        }

        byte[] address = [UnixFamily, 0, .. name]; // struct sockaddr_un, as x64 and arm64 have it
        LinuxSocket socket = LinuxSocket.Open(UnixFamily, DatagramType, protocol: 0, "socket to the service manager");
        socket.Connect(address, path);
        return new ServiceManager(socket);
    }

    /// <summary>Says that it answers now.</summary>
    public void SayReady(string status) => Tell($"READY=1\nSTATUS={status}");

    /// <summary>Says that the configuration is being read again; <see cref="SayReady"/> ends that.</summary>
    public void SayReloading() =>
        Tell(string.Create(CultureInfo.InvariantCulture, $"RELOADING=1\nMONOTONIC_USEC={Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1_000_000)}"));

    /// <summary>Says that it ends.</summary>
    public void SayStopping() => Tell("STOPPING=1");

    /// <summary>Says that all is well.</summary>
    public void SayAlive() => Tell("WATCHDOG=1");

    /// <inheritdoc/>
    public void Dispose() => _socket?.Dispose();

    private static long? Number(string variable) =>
        long.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;

    private void Tell(string message)
    {
        try
        {
            _socket?.Send(Encoding.UTF8.GetBytes(message), "to the service manager");
        }
        catch (LinuxException)
        {
            // It is busy or gone. It will ask by its own means; answers go on.
        }
    }
}
