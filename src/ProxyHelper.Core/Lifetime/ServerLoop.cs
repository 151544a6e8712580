using System.Diagnostics;
using ProxyHelper.Linux;

namespace ProxyHelper.Lifetime;

/// <summary>Represents a server that one thread runs until a signal stops it.</summary>
internal abstract class ServerLoop : IDisposable
{
    private long _roundBeganAt = Stopwatch.GetTimestamp();

    /// <summary>
    /// Gets the time since the server last looked at its sockets. The server does so every second at least. Time for
    /// which the host is suspended does not count, as it does not for the waits of the server.
    /// </summary>
    public TimeSpan TimeSinceLastRound => Stopwatch.GetElapsedTime(Volatile.Read(ref _roundBeganAt));

    /// <summary>Serves until the stop signal is set, and then ends what was begun.</summary>
    /// <exception cref="LinuxException">
    /// Thrown when a descriptor of the server was closed by another part of the process.
    /// </exception>
    public abstract void Run();

    /// <summary>Closes the sockets of the server.</summary>
    public abstract void Dispose();

    /// <summary>Records that the server looks at its sockets now.</summary>
    protected void BeginRound() => Volatile.Write(ref _roundBeganAt, Stopwatch.GetTimestamp());
}
