using ProxyHelper.Linux.Entropy;
using Xunit;

namespace ProxyHelper.Tests.Linux;

/// <summary>Tests the random numbers of the kernel.</summary>
public sealed class RandomNumbersTests
{
    [Fact]
    public void Numbers_are_not_repeated_within_a_pool_or_after_it()
    {
        const int count = 1000;
        RandomNumbers first = new(), second = new();
        int distinct = Enumerable.Range(0, count)
            .SelectMany(_ => new[] { first.Next(), second.Next() }).Distinct().Count();
        Assert.InRange(distinct, (2 * count) - 3, 2 * count); // two equal numbers of 32 bits are rare
    }

    [Fact]
    public void Every_bit_is_0_or_1()
    {
        var numbers = new RandomNumbers();
        uint[] all = [.. Enumerable.Range(0, 1000).Select(_ => numbers.Next())];
        Assert.Equal(uint.MaxValue, all.Aggregate((left, right) => left | right));
        Assert.Equal(0u, all.Aggregate((left, right) => left & right));
    }
}
