using System.Net;
using System.Runtime.Versioning;
using System.Threading.Channels;
using ProxyHelper.Conntrack;
using ProxyHelper.Linux;
using ProxyHelper.Netlink;

namespace ProxyHelper.Responders;

/// <summary>Answers smtp-gated's queries on a thread of its own, from its start until it is stopped.</summary>
[SupportedOSPlatform("linux")]
public sealed class Responder : IDisposable
{
    private readonly LinuxSocket[] _sockets;
    private readonly ConntrackTable _table;
    private readonly EventSignal _stop = EventSignal.Create();
    private readonly ResponderCounters _counters = new();
    private readonly FaultJournal _faults = new();
    private readonly Worker _worker;
    private readonly Thread _thread;
    private bool _isStopped;

    private Responder(ResponderOptions options, IPEndPoint[] endPoints, LinuxSocket[] sockets, ConntrackTable table)
    {
        _sockets = sockets;
        _table = table;
        LocalEndPoints = endPoints;
        _worker = new Worker(sockets, _stop, table, options, _counters, _faults);
        _thread = new Thread(Run) { IsBackground = true, Name = "ProxyHelper" };
        _thread.Start();
    }

    /// <summary>The addresses and ports that it answers on.</summary>
    public IReadOnlyList<IPEndPoint> LocalEndPoints { get; }

    /// <summary>When it was started.</summary>
    public DateTimeOffset StartedAt { get; } = DateTimeOffset.UtcNow;

    /// <summary>What it has seen up to now.</summary>
    public ResponderCounts Counts => _counters.Read();

    /// <summary>
    /// What an administrator should know, as it happens. It ends when the responder has: its sockets are closed then. It ends with
    /// an exception if the responder could not go on.
    /// </summary>
    public ChannelReader<ResponderFault> Faults => _faults.Reader;

    /// <summary>Starts a responder in the network namespace of the calling thread. When this returns, it answers.</summary>
    /// <exception cref="ArgumentException">The options do not fit.</exception>
    /// <exception cref="BindException">An address cannot be listened on; then none is.</exception>
    /// <exception cref="NetlinkException">The conntrack table cannot be asked: EPERM when CAP_NET_ADMIN is missing.</exception>
    /// <exception cref="LinuxException">No socket can be had.</exception>
    public static Responder Start(ResponderOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        IPEndPoint[] endPoints = [.. options.Addresses.Distinct().Select(address => new IPEndPoint(address, options.Port))];
        ConntrackTable table = ConntrackTable.Open(ConntrackTable.MaximumLookups);
        var sockets = new List<LinuxSocket>();
        try
        {
            ProveLookups(table);
            foreach (IPEndPoint endPoint in endPoints)
            {
                sockets.Add(QuerySocket.Open(endPoint));
            }

            return new Responder(options, endPoints, [.. sockets], table);
        }
        catch
        {
            sockets.ForEach(socket => socket.Dispose());
            table.Dispose();
            throw;
        }
    }

    /// <summary>Stops it, and returns when its ports are free. Stopping it again does nothing.</summary>
    public void Stop()
    {
        lock (_stop)
        {
            if (!_isStopped)
            {
                _isStopped = true;
                _stop.Set();
                _thread.Join();
                _stop.Dispose();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Stop();

    /// <summary>Asks once as the worker will: a start that cannot look up fails, and the first query waits for no compilation.</summary>
    private static void ProveLookups(ConntrackTable table)
    {
        table.ReadStatistics();
        ConntrackTuple nobody = new(IPProtocol.Tcp, new TransportEndPoint(IPAddress.Any, 0), new TransportEndPoint(IPAddress.Any, 0));
        Span<Lookup> lookup = stackalloc Lookup[1];
        if (table.Find([nobody], lookup) is not Errno.None and var errno)
        {
            throw new NetlinkException("look up a conntrack entry", errno);
        }
    }

    private void Run()
    {
        Exception? failure = null;
        try
        {
            _worker.Run();
        }
        catch (Exception unexpected) when (unexpected is not OutOfMemoryException)
        {
            failure = unexpected; // told to whoever reads Faults
        }

        foreach (LinuxSocket socket in _sockets)
        {
            socket.Dispose();
        }

        _table.Dispose();
        _faults.Complete(failure);
    }
}
