using System.Diagnostics;
using System.Net.Sockets;

namespace ProxyHelper.TestSupport.Pair;

/// <summary>Opens 200 connections per second, also while no router is active.</summary>
internal sealed class ConnectionStream : IDisposable
{
    private const int PerSecond = 200;

    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(1) / PerSecond;
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(30);

    private readonly MailTraffic _traffic;
    private readonly CancellationTokenSource _end = new();
    private readonly CancellationTokenSource _patience = new();
    private readonly List<Task<MailConnection>> _connections = [];
    private readonly Task _opener;
    private int _opened;

    /// <summary>Starts to open connections.</summary>
    public ConnectionStream(MailTraffic traffic)
    {
        _traffic = traffic;
        _opener = Task.Run(OpenAsync);
    }

    /// <summary>Waits until a number of connections are open.</summary>
    public Task AwaitAsync(int count) =>
        Until.HoldsAsync($"{count} new connections are open", () => Volatile.Read(ref _opened) >= count);

    /// <summary>Opens no more connections, and waits for those that are being opened.</summary>
    /// <returns>The number of connections that could not be opened.</returns>
    public async Task<int> EndAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _opener.ConfigureAwait(false);
        _patience.CancelAfter(_limit);
        int failed = 0;
        foreach (Task<MailConnection> connection in _connections)
        {
            try
            {
                await connection.ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is SocketException or OperationCanceledException)
            {
                failed++;
            }
        }

        return failed;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _end.Cancel();
        _patience.Cancel();
        _opener.Wait(Patience.Limit);
        _end.Dispose();
        _patience.Dispose();
    }

    private async Task OpenAsync()
    {
        var clock = Stopwatch.StartNew();
        for (int number = 1; !_end.IsCancellationRequested; number++)
        {
            _connections.Add(OpenOneAsync());
            TimeSpan ahead = (_interval * number) - clock.Elapsed;
            if (ahead > TimeSpan.Zero)
            {
                await Task.Delay(ahead).ConfigureAwait(false); // the rate, not a wait for a state
            }
        }
    }

    private async Task<MailConnection> OpenOneAsync()
    {
        MailConnection connection = await _traffic.OpenAsync(_patience.Token).ConfigureAwait(false);
        Interlocked.Increment(ref _opened);
        return connection;
    }
}
