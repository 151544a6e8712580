using ProxyHelper.Linux;

namespace ProxyHelper.Server.Tcp;

/// <summary>
/// Contains the sockets that accept TCP connections. They can pause together: then connections wait in the kernel.
/// </summary>
/// <param name="sockets">The sockets.</param>
/// <param name="wait">Waits for the sockets.</param>
internal sealed class TcpListeners(StreamSocket[] sockets, StreamWait wait) : IDisposable
{
    private TimeSpan? _pausedAt;

    /// <summary>
    /// Gets the length of a pause. Without a pause, a process that cannot accept a connection would try again at once.
    /// </summary>
    public static TimeSpan PauseTime { get; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Gets the number of sockets.</summary>
    public int Count => sockets.Length;

    /// <summary>Gets whether the sockets pause.</summary>
    public bool ArePaused => _pausedAt is not null;

    /// <summary>Gets a socket.</summary>
    public StreamSocket this[int number] => sockets[number];

    /// <summary>Returns whether a condition is true for a socket, the first of which ends the search.</summary>
    public bool Any(Predicate<StreamSocket> condition) => Array.Exists(sockets, condition);

    /// <summary>Stops waiting for connections.</summary>
    /// <param name="now">The time since boot.</param>
    public void Pause(TimeSpan now)
    {
        _pausedAt = now;
        TryChange(wait.Suspend); // if the kernel has no memory, the sockets are tried again at once
    }

    /// <summary>Waits for connections again if the pause is over.</summary>
    /// <param name="now">The time since boot.</param>
    public void EndPause(TimeSpan now)
    {
        if (_pausedAt is { } pausedAt && now - pausedAt >= PauseTime)
        {
            _pausedAt = TryChange(wait.Resume) ? null : now;
        }
    }

    /// <summary>Changes each socket in the queue.</summary>
    /// <returns>False if the kernel has no memory at this moment.</returns>
    private bool TryChange(Action<StreamSocket, int> change)
    {
        try
        {
            for (int i = 0; i < sockets.Length; i++)
            {
                change(sockets[i], StreamWait.FirstSocket + i);
            }

            return true;
        }
        catch (LinuxException failure) when (failure.Errno is Errno.ENOMEM or Errno.ENOSPC)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Array.ForEach(sockets, socket => socket.Dispose());
}
