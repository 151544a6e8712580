using System.Net.Sockets;
using ProxyHelper.Linux;

namespace ProxyHelper.Server.Portable;

/// <summary>Waits for sockets of .NET. Each socket is known by its place.</summary>
internal sealed class SocketSelector
{
    private readonly List<(Socket Socket, int Place)> _entries = [];
    private readonly HashSet<int> _suspended = [];
    private readonly List<Socket> _readable = [];
    private readonly List<Socket> _failed = [];
    private readonly List<int> _ready = [];

    /// <summary>Adds a socket, which is removed before it is closed.</summary>
    public void Add(Socket socket, int place) => _entries.Add((socket, place));

    /// <summary>Removes the socket of a place. The place can be used again.</summary>
    public void Remove(int place)
    {
        _entries.RemoveAll(entry => entry.Place == place);
        _suspended.Remove(place);
    }

    /// <summary>Ignores what arrives at a socket until <see cref="Resume"/>. Only an error makes it ready.</summary>
    public void Suspend(int place) => _suspended.Add(place);

    /// <summary>Waits again for a suspended socket.</summary>
    public void Resume(int place) => _suspended.Remove(place);

    /// <summary>Waits until a socket can be read, or has an error.</summary>
    /// <param name="limit">The longest time to wait.</param>
    /// <returns>The number of ready sockets.</returns>
    /// <exception cref="LinuxException">Thrown when the system refused.</exception>
    public int Wait(TimeSpan limit)
    {
        _readable.Clear();
        _failed.Clear();
        foreach ((Socket socket, int place) in _entries)
        {
            _failed.Add(socket);
            if (!_suspended.Contains(place))
            {
                _readable.Add(socket);
            }
        }

        try
        {
            // Rounded up, so that a wait never ends early again and again.
            var rounded = TimeSpan.FromMilliseconds(Math.Ceiling(limit.TotalMilliseconds));
            Socket.Select(_readable, checkWrite: null, _failed, rounded);
        }
        catch (SocketException failure)
        {
            throw SocketFailure.From(failure, "wait for sockets");
        }

        _ready.Clear();
        foreach ((Socket socket, int place) in _entries)
        {
            if (_readable.Contains(socket) || _failed.Contains(socket))
            {
                _ready.Add(place);
            }
        }

        return _ready.Count;
    }

    /// <summary>Returns the place of a ready socket.</summary>
    public int Place(int index) => _ready[index];

    /// <summary>Returns whether the socket of a place is ready.</summary>
    public bool IsReady(int place) => _ready.Contains(place);
}
