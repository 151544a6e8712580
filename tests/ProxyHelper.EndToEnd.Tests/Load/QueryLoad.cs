using System.Net.Sockets;
using Xunit;

namespace ProxyHelper.EndToEnd.Load;

/// <summary>Represents proxies that send each query after the previous reply, and repeat no query.</summary>
internal sealed class QueryLoad : IDisposable
{
    private const int Proxies = 4;

    private readonly CancellationTokenSource _end = new();
    private readonly Task<int>[] _proxies;

    /// <summary>Starts to send queries.</summary>
    public QueryLoad(RouterNetwork network, byte[] query, byte[] reply)
    {
        _proxies = [.. Enumerable.Range(0, Proxies)
            .Select(_ => QueryAsync(DaemonOnRouter.OpenProxySocket(network), query, reply, _end.Token))];
    }

    /// <summary>Ends the load. Fails if a reply was missing or wrong.</summary>
    public async Task EndAsync()
    {
        await _end.CancelAsync();
        Assert.All(await Task.WhenAll(_proxies), answered => Assert.InRange(answered, 1, int.MaxValue));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _end.Cancel();
        _end.Dispose();
    }

    private static async Task<int> QueryAsync(Socket proxy, byte[] query, byte[] reply, CancellationToken end)
    {
        using (proxy)
        {
            int answered = 0;
            for (; answered == 0 || !end.IsCancellationRequested; answered++)
            {
                Assert.Equal(reply, await DaemonOnRouter.ExchangeAsync(proxy, query));
            }

            return answered;
        }
    }
}
