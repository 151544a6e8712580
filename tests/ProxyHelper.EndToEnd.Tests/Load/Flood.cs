using System.Net;
using System.Net.Sockets;

namespace ProxyHelper.EndToEnd.Load;

/// <summary>Sends datagrams to the daemon as fast as one thread can, until it is disposed.</summary>
internal sealed class Flood : IDisposable
{
    private static readonly IPEndPoint _daemon = IPEndPoint.Parse("194.0.1.1:114");

    private readonly Socket[] _sockets;
    private readonly byte[][] _datagrams;
    private readonly Thread _thread;
    private long _sent;
    private bool _isOver;

    /// <summary>Starts the flood.</summary>
    /// <param name="host">The host that sends.</param>
    /// <param name="sources">The source addresses, which the flood uses in turn.</param>
    /// <param name="datagramsOf">Returns the datagrams of an address, which the flood sends in turn.</param>
    public Flood(NetworkHost host, string[] sources, Func<string, byte[][]> datagramsOf)
    {
        _sockets = [.. sources.Select(source => host.OpenSocket(IPEndPoint.Parse($"{source}:0"), SocketType.Dgram))];
        _datagrams = [.. sources.SelectMany(datagramsOf)];
        _thread = new Thread(Run) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>Gets the number of datagrams that were sent.</summary>
    public long Sent => Volatile.Read(ref _sent);

    /// <inheritdoc/>
    public void Dispose()
    {
        Volatile.Write(ref _isOver, true);
        _thread.Join();
        Array.ForEach(_sockets, socket => socket.Dispose());
    }

    private void Run()
    {
        SocketAddress daemon = _daemon.Serialize();
        int each = _datagrams.Length / _sockets.Length;
        for (int i = 0; !Volatile.Read(ref _isOver); i = (i + 1) % _datagrams.Length)
        {
            try
            {
                _sockets[i / each].SendTo(_datagrams[i], SocketFlags.None, daemon);
            }
            catch (SocketException)
            {
                continue; // the send queue is full
            }

            Volatile.Write(ref _sent, _sent + 1);
        }
    }
}
