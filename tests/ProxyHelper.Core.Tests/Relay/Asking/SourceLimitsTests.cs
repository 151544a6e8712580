using ProxyHelper.Addresses;
using ProxyHelper.Relay.Asking;
using Xunit;

namespace ProxyHelper.Tests.Relay.Asking;

/// <summary>Tests the limit of connections of an original source.</summary>
[Trait("Promise", "relay-source-limit")]
public sealed class SourceLimitsTests
{
    private static readonly IPv4Address _user = IPv4Address.Parse("10.1.1.1");
    private static readonly IPv4Address _other = IPv4Address.Parse("10.1.1.2");

    [Fact]
    public void A_source_has_only_so_many_connections_and_others_have_their_own()
    {
        var limits = new SourceLimits();
        Assert.True(limits.TryEnter(_user, 2));
        Assert.True(limits.TryEnter(_user, 2));
        Assert.False(limits.TryEnter(_user, 2));
        Assert.True(limits.TryEnter(_other, 2));

        limits.Leave(_user);
        Assert.True(limits.TryEnter(_user, 2));
        Assert.False(limits.TryEnter(_user, 2));
    }

    [Fact]
    public void Connections_count_without_a_limit_because_a_reload_can_set_one()
    {
        var limits = new SourceLimits();
        Assert.All(Enumerable.Repeat(_user, 5), user => Assert.True(limits.TryEnter(user, 0)));
        Assert.False(limits.TryEnter(_user, 5));
        Assert.True(limits.TryEnter(_user, 6));
    }

    [Fact]
    public void Workers_share_the_limit()
    {
        const int workers = 4, rounds = 20_000;
        var limits = new SourceLimits();
        int inside = 0;
        bool tooMany = false;
        Thread[] threads = [.. Enumerable.Range(0, workers).Select(_ => new Thread(() =>
        {
            for (int round = 0; round < rounds; round++)
            {
                if (limits.TryEnter(_user, 2))
                {
                    tooMany |= Interlocked.Increment(ref inside) > 2;
                    Interlocked.Decrement(ref inside);
                    limits.Leave(_user);
                }
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());

        Assert.False(tooMany);
        Assert.True(limits.TryEnter(_user, 1)); // all have left
    }
}
