using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ProxyHelper.Addresses;

namespace ProxyHelper.TestSupport.Pair;

/// <summary>
/// Represents the users and the proxy. The first line of a connection names its user and its mail server. The proxy
/// sends every later line back.
/// </summary>
internal sealed class MailTraffic : IDisposable
{
    /// <summary>The user who gets the ports of ended connections.</summary>
    public const string OtherUser = "10.1.1.200";

    private const int Users = 60; // so that five users' connections and more share each source port
    private const int FirstUserPort = 30000; // a port that router A keeps for one user, and that router B never uses
    private const int LongestLine = 100;

    private readonly PairNetwork _network;
    private readonly Socket _listener;
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<Socket>> _arrivals = [];
    private readonly ConcurrentBag<Socket> _sockets = [];
    private readonly List<MailConnection> _connections = [];
    private int _count;

    /// <summary>Opens the listening socket of the proxy.</summary>
    public MailTraffic(PairNetwork network)
    {
        _network = network;
        _listener = network.Proxy.OpenSocket(
            new IPEndPoint(IPAddress.Parse(PairNetwork.ProxyAddress), 9199), SocketType.Stream);
        _listener.Listen(1024);
        _ = AcceptAsync();
    }

    /// <summary>Gets the connections that the proxy has accepted.</summary>
    public MailConnection[] Connections
    {
        get
        {
            lock (_connections)
            {
                return [.. _connections];
            }
        }
    }

    /// <summary>Opens a number of connections. Users have equal source ports.</summary>
    public async Task<MailConnection[]> OpenAsync(int count)
    {
        using var limit = new CancellationTokenSource(Patience.Limit);
        return await Task.WhenAll(Enumerable.Range(0, count).Select(_ => OpenAsync(limit.Token))).ConfigureAwait(false);
    }

    /// <summary>Opens one connection.</summary>
    public Task<MailConnection> OpenAsync(CancellationToken limit)
    {
        int number = Interlocked.Increment(ref _count) - 1;
        return OpenAsync(
            number, $"10.1.1.{1 + (number % Users)}:{FirstUserPort + (number / Users)}", limit);
    }

    /// <summary>
    /// Ends connections, and lets another user open a connection from each port that the router had assigned to them.
    /// The router keeps these ports.
    /// </summary>
    /// <param name="ended">The connections, whose entries the router has removed.</param>
    public async Task<MailConnection[]> ReuseAsync(IReadOnlyCollection<MailConnection> ended)
    {
        using var limit = new CancellationTokenSource(Patience.Limit);
        return await Task.WhenAll(ended.Select(connection => OpenAsync(
            Interlocked.Increment(ref _count) - 1, $"{OtherUser}:{connection.Source.Port}", limit.Token)))
            .ConfigureAwait(false);
    }

    /// <summary>Resets connections.</summary>
    public void Reset(IReadOnlyCollection<MailConnection> connections)
    {
        lock (_connections)
        {
            _connections.RemoveAll(connections.Contains);
        }

        foreach (MailConnection connection in connections)
        {
            connection.Socket.LingerState = new LingerOption(true, 0);
            connection.Socket.Dispose();
        }
    }

    private async Task<MailConnection> OpenAsync(int number, string from, CancellationToken limit)
    {
        var user = IPEndPoint.Parse(from);
        var server = IPEndPoint.Parse($"4.1.{number / 250}.{1 + (number % 250)}:25");
        Socket socket = _network.Users.OpenSocket(user, SocketType.Stream);
        _sockets.Add(socket);
        string introduction = $"{user} calls {server}";
        await socket.ConnectAsync(server, limit).ConfigureAwait(false);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"{introduction}\n"), limit).ConfigureAwait(false);
        Socket proxy = await ArrivalOf(introduction).Task.WaitAsync(limit).ConfigureAwait(false);
        var connection = new MailConnection(
            EndPoint(user), EndPoint(server), EndPoint(proxy.RemoteEndPoint!), EndPoint(proxy.LocalEndPoint!))
        {
            Socket = socket,
        };
        lock (_connections)
        {
            _connections.Add(connection);
        }

        return connection;
    }

    /// <summary>Sends a line over each connection and waits for its echo.</summary>
    /// <returns>The number of connections without an echo.</returns>
    public static async Task<int> CountDeadAsync(IEnumerable<MailConnection> connections, TimeSpan limit)
    {
        using var end = new CancellationTokenSource(limit);
        bool[] isAlive = await Task.WhenAll(connections.Select(connection => connection.EchoAsync(end.Token)))
            .ConfigureAwait(false);
        return isAlive.Count(alive => !alive);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _end.Cancel();
        _listener.Dispose();
        foreach (Socket socket in _sockets)
        {
            socket.Dispose();
        }

        _end.Dispose();
    }

    private static TransportEndPoint EndPoint(EndPoint endPoint) => TransportEndPoint.Parse(endPoint.ToString()!);

    private TaskCompletionSource<Socket> ArrivalOf(string introduction) => _arrivals.GetOrAdd(
        introduction, _ => new TaskCompletionSource<Socket>(TaskCreationOptions.RunContinuationsAsynchronously));

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket socket = await _listener.AcceptAsync(_end.Token).ConfigureAwait(false);
                _sockets.Add(socket);
                _ = ServeAsync(socket);
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or SocketException)
        {
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        byte[] buffer = new byte[LongestLine];
        try
        {
            int length = 0;
            while (length == 0 || buffer[length - 1] != '\n')
            {
                int received = await socket.ReceiveAsync(buffer.AsMemory(length), _end.Token).ConfigureAwait(false);
                if (received == 0)
                {
                    return;
                }

                length += received;
            }

            ArrivalOf(Encoding.ASCII.GetString(buffer, 0, length - 1)).SetResult(socket);
            while ((length = await socket.ReceiveAsync(buffer, _end.Token).ConfigureAwait(false)) > 0)
            {
                await socket.SendAsync(buffer.AsMemory(0, length), _end.Token).ConfigureAwait(false);
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or SocketException)
        {
        }
    }
}
