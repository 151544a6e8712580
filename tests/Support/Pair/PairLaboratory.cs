using System.Net;

namespace ProxyHelper.TestSupport.Pair;

/// <summary>
/// Represents a running pair: A is active and B is the standby, users have connections through A, and the proxy asks
/// about them all the time.
/// </summary>
internal sealed class PairLaboratory : IDisposable
{
    private readonly PairSettings _settings;
    private readonly PairFolder _folder = new();
    private readonly PairNetwork _network = new();

    private PairLaboratory(PairSettings settings)
    {
        _settings = settings;
        A = AddRouter("a", _network.A, _network.CablesOfA);
        B = AddRouter("b", _network.B, _network.CablesOfB);
        Traffic = new MailTraffic(_network);
    }

    /// <summary>Gets the router that is active first.</summary>
    public PairedRouter A { get; }

    /// <summary>Gets the router that is the standby first.</summary>
    public PairedRouter B { get; }

    /// <summary>Gets the network.</summary>
    public PairNetwork Network => _network;

    /// <summary>Gets the users and the proxy.</summary>
    public MailTraffic Traffic { get; }

    /// <summary>Gets the queries of the proxy.</summary>
    public QueryStream Queries { get; private set; } = null!;

    /// <summary>Starts both routers and opens the connections.</summary>
    public static async Task<PairLaboratory> StartAsync(PairSettings settings, CancellationToken stop)
    {
        var laboratory = new PairLaboratory(settings);
        try
        {
            await laboratory.WithLogsAsync(it => it.StartAsync(), stop).ConfigureAwait(false);
            return laboratory;
        }
        catch
        {
            laboratory.Dispose();
            throw;
        }
    }

    /// <summary>Runs a body. The message of an exception gets the logs of the laboratory.</summary>
    /// <param name="body">The body.</param>
    /// <param name="stop">Ends the wait for the body. The body fails when the laboratory is disposed of.</param>
    public async Task<T> WithLogsAsync<T>(Func<PairLaboratory, Task<T>> body, CancellationToken stop)
    {
        try
        {
            return await body(this).WaitAsync(stop).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            throw new InvalidOperationException($"{failure.Message}\n{DescribeLogs()}", failure);
        }
    }

    /// <summary>Runs a body without a result. The message of an exception gets the logs of the laboratory.</summary>
    public Task WithLogsAsync(Func<PairLaboratory, Task> body, CancellationToken stop) => WithLogsAsync(
        async it =>
        {
            await body(it).ConfigureAwait(false);
            return true;
        },
        stop);

    /// <summary>
    /// Opens more connections through the active router, and waits until the standby has their entries.
    /// </summary>
    public async Task OpenAsync(int count, PairedRouter standby)
    {
        await Traffic.OpenAsync(count).ConfigureAwait(false);
        await AwaitSynchronizedAsync(standby).ConfigureAwait(false);
    }

    /// <summary>Boots a router without power as the standby.</summary>
    public async Task BootStandbyAsync(PairedRouter router)
    {
        await BootAsync(router).ConfigureAwait(false);
        await router.StartBackupAsync().ConfigureAwait(false);
    }

    /// <summary>Waits until the standby has the entries of all connections.</summary>
    public Task AwaitSynchronizedAsync(PairedRouter standby) => Until.HoldsAsync(
        $"the external cache of router {standby.Name} has all connections",
        () => standby.Caches.CountExternal() >= Traffic.Connections.Length);

    /// <summary>Returns the logs of all services.</summary>
    public string DescribeLogs() => $"=== a\n{A.Services.DescribeLogs()}\n=== b\n{B.Services.DescribeLogs()}";

    /// <inheritdoc/>
    public void Dispose()
    {
        Queries?.Dispose();
        Traffic.Dispose();
        A.Dispose();
        B.Dispose();
        _network.Dispose();
        _folder.Dispose();
    }

    private Task BootAsync(PairedRouter router) => new PairBoot(router, _settings).RunAsync();

    private PairedRouter AddRouter(string name, NetworkHost network, PairCables cables) =>
        new(name, new PairMachine(network, _folder.Add(name)), cables);

    private async Task StartAsync()
    {
        await Task.WhenAll(Task.Run(() => BootAsync(A)), Task.Run(() => BootAsync(B))).ConfigureAwait(false);
        A.Services.StartKeepalived();
        await A.AwaitActiveAsync().ConfigureAwait(false);
        await B.StartBackupAsync().ConfigureAwait(false);
        await Traffic.OpenAsync(_settings.Connections).ConfigureAwait(false);
        await AwaitSynchronizedAsync(B).ConfigureAwait(false);
        Queries = new QueryStream(
            _network.Proxy, new IPEndPoint(IPAddress.Parse(PairedRouter.SnatAddress), 114), Traffic);
        await Queries.AwaitAsync(Verdict.Right, Traffic.Connections, since: 0).ConfigureAwait(false);
    }
}
