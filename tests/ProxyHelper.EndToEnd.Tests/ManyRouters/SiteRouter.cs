using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace ProxyHelper.EndToEnd.ManyRouters;

/// <summary>Represents a router, its network of users, and its helper.</summary>
/// <param name="name">The name of the users' network.</param>
/// <param name="router">The router that the proxies ask.</param>
/// <param name="users">The host of all users, which has the addresses of 10.1.1.0/25 and 10.1.1.128/26.</param>
/// <param name="addresses">The addresses that the router translates the source to.</param>
internal sealed class SiteRouter(string name, NetworkHost router, NetworkHost users, string[] addresses) : IDisposable
{
    private readonly List<Socket> _sockets = [];
    private RunningProgram? _helper;

    /// <summary>Gets the name of the users' network.</summary>
    public string Name => name;

    /// <summary>Gets the router.</summary>
    public NetworkHost Host => router;

    /// <summary>Gets the host of all users.</summary>
    public NetworkHost Users => users;

    /// <summary>Gets the addresses that the router translates the source to.</summary>
    public IReadOnlyList<string> Addresses => addresses;

    /// <summary>Gets the helper.</summary>
    public RunningProgram Helper => _helper ?? throw new InvalidOperationException("The helper was not started.");

    /// <summary>Starts the helper with a configuration file and waits until it listens.</summary>
    public async Task StartHelperAsync(PublishedDaemon daemon, string configuration)
    {
        string file = daemon.NewPath(), program = daemon.Program;
        await File.WriteAllTextAsync(file, configuration, Patience.Token());
        _helper = router.Run(() => RunningProgram.Start(program, "-c", file));
        await _helper.AwaitAsync("Listening on UDP ");
    }

    /// <summary>
    /// Opens connections from users, each of which uses the same source ports as the others. A connection's first line
    /// has the name of the network, the user and the server.
    /// </summary>
    public async Task ConnectAsync(int connections, int ports, string servers)
    {
        await Task.WhenAll(Enumerable.Range(0, connections).Select(call => ConnectAsync(
            new IPEndPoint(UserAddress(call / ports), 20000 + (call % ports)),
            IPEndPoint.Parse($"{servers}.{(call % 250) + 1}:25"))));
    }

    /// <summary>
    /// Waits until the counters of the helper are those that the test expects. A query that was late on a busy machine
    /// is sent again, so the number of queries may be larger.
    /// </summary>
    public async Task AwaitCountsAsync(int found, int notFound = 0, int refused = 0)
    {
        Helper.Signal((PosixSignal)10); // SIGUSR1
        await Helper.AwaitAsync($" {found} found, {notFound} not found, 0 failed look-ups, {refused} refused");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _helper?.Dispose();
        _sockets.ForEach(socket => socket.Dispose());
    }

    /// <summary>Returns an address of the first or of the second half of the users' network, in turn.</summary>
    private static IPAddress UserAddress(int user) =>
        IPAddress.Parse($"10.1.1.{(user % 2 == 0 ? 1 : 128) + (user / 2)}");

    private async Task ConnectAsync(IPEndPoint user, IPEndPoint server)
    {
        Socket socket = users.OpenSocket(user, SocketType.Stream);
        _sockets.Add(socket);
        await socket.ConnectAsync(server, Patience.Token());
        await socket.SendAsync(Encoding.ASCII.GetBytes($"{name} {user} {server}\n"), Patience.Token());
    }
}
