using ProxyHelper.Linux;

namespace ProxyHelper.Daemon;

/// <summary>
/// Sends notifications to the service manager in order, on its own thread. A notification that the service manager does
/// not take is sent again until the manager takes it: without READY=1, systemd would end the daemon.
/// </summary>
internal sealed class NotificationQueue : IDisposable
{
    private const int Patience = 1000; // milliseconds between attempts, if the kernel does not tell when to try again

    private readonly string _address;
    private readonly Log _log;
    private readonly LinkedList<string> _messages = new(); // also the lock of the list and of the next field
    private readonly EventSignal _end = EventSignal.Create();
    private readonly Thread _thread;
    private bool _isEnding;

    // Fields of the thread.
    private LinuxSocket? _socket;
    private bool _isFailing;

    /// <summary>Starts the thread. It connects as soon as the service manager can be reached.</summary>
    /// <param name="address">The value of NOTIFY_SOCKET.</param>
    /// <param name="log">Receives the first of several failures, and their end.</param>
    /// <exception cref="LinuxException">Thrown when no descriptor is free or no thread can be started.</exception>
    public NotificationQueue(string address, Log log)
    {
        _address = address;
        _log = log;
        _thread = new Thread(Run) { IsBackground = true, Name = "notifications" };
        OwnProcess.Start(_thread);
    }

    /// <summary>Adds a notification, unless the same one waits already.</summary>
    public void Add(string message)
    {
        lock (_messages)
        {
            if (!_messages.Contains(message))
            {
                _messages.AddLast(message);
                Monitor.Pulse(_messages);
            }
        }
    }

    /// <summary>Adds a notification that makes all waiting ones obsolete.</summary>
    public void Replace(string message)
    {
        lock (_messages)
        {
            _messages.Clear();
            Add(message);
        }
    }

    /// <summary>Ends the thread. It tries to send the waiting notifications once more.</summary>
    public void Dispose()
    {
        lock (_messages)
        {
            _isEnding = true;
            Monitor.Pulse(_messages);
        }

        _end.Set();
        _thread.Join();
        _end.Dispose();
        _socket?.Dispose();
    }

    private void Run()
    {
        while (Peek(out bool isEnding) is { } message)
        {
            if (TrySend(message))
            {
                Remove(message);
            }
            else if (isEnding)
            {
                return;
            }
            else
            {
                AwaitRoom();
            }
        }
    }

    private string? Peek(out bool isEnding)
    {
        lock (_messages)
        {
            while (_messages.Count == 0 && !_isEnding)
            {
                Monitor.Wait(_messages);
            }

            isEnding = _isEnding;
            return _messages.First?.Value;
        }
    }

    private void Remove(string message)
    {
        lock (_messages)
        {
            if (ReferenceEquals(_messages.First?.Value, message))
            {
                _messages.RemoveFirst();
            }
        }
    }

    private bool TrySend(string message)
    {
        try
        {
            _socket ??= NotifySocket.Connect(_address);
            _socket.Send(System.Text.Encoding.UTF8.GetBytes(message), "a notification");
            if (_isFailing)
            {
                _isFailing = false;
                _log.Write(Priority.Notice, "The service manager receives notifications again.");
            }

            return true;
        }
        catch (LinuxException failure) when (failure.Errno == Errno.EAGAIN)
        {
            return false; // The queue of the service manager is full. The socket tells when there is room.
        }
        catch (LinuxException failure)
        {
            LogFailure(failure.Message);
            _socket?.Dispose();
            _socket = null;
            return false;
        }
    }

    /// <summary>Waits until the service manager has room for a notification, or for the next attempt.</summary>
    private void AwaitRoom()
    {
        if (_socket is null)
        {
            new PollSet(_end).Wait(Patience);
        }
        else if (!PollSet.ForOutput(_socket, _end).Wait(Patience))
        {
            LogFailure("its queue is full");
        }
    }

    private void LogFailure(string reason)
    {
        if (!_isFailing)
        {
            _isFailing = true;
            _log.Write(
                Priority.Warning,
                $"The service manager at NOTIFY_SOCKET={_address} does not receive notifications: {reason}. "
                + "The daemon serves, and the notification is repeated.");
        }
    }
}
