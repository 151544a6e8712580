using System.Net.Sockets;
using Xunit;

namespace ProxyHelper.EndToEnd;

/// <summary>Proxies that ask one query after the other, each as soon as the one before is answered, and send none again.</summary>
internal sealed class QueryLoad : IDisposable
{
    private const int Proxies = 4;

    private readonly CancellationTokenSource _end = new();
    private readonly Task<int>[] _asking;

    /// <summary>Begins to ask.</summary>
    public QueryLoad(RouterNetwork network, byte[] query, byte[] answer)
    {
        _asking = [.. Enumerable.Range(0, Proxies).Select(_ => AskAsync(DaemonOnRouter.OpenAsker(network), query, answer, _end.Token))];
    }

    /// <summary>Ends, and fails if one query was not answered, or not rightly.</summary>
    public async Task EndAsync()
    {
        await _end.CancelAsync();
        Assert.All(await Task.WhenAll(_asking), asked => Assert.InRange(asked, 1, int.MaxValue));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _end.Cancel();
        _end.Dispose();
    }

    private static async Task<int> AskAsync(Socket asker, byte[] query, byte[] answer, CancellationToken end)
    {
        using (asker)
        {
            int asked = 0;
            for (; asked == 0 || !end.IsCancellationRequested; asked++)
            {
                Assert.Equal(answer, await DaemonOnRouter.ExchangeAsync(asker, query));
            }

            return asked;
        }
    }
}
