using ProxyHelper.Addresses;
using ProxyHelper.Netlink;
using Xunit;

namespace ProxyHelper.Tests.Netlink;

/// <summary>Tests the reading of an address of the host, also from damaged bytes.</summary>
public sealed class HostAddressTests
{
    // 10.1.1.1/24, broadcast 10.1.1.255, created at 0x01020304.
    private static readonly byte[] _payload =
    [
        2, 24, 0, 0, 1, 0, 0, 0,
        8, 0, 1, 0, 10, 1, 1, 1,
        8, 0, 2, 0, 10, 1, 1, 1,
        8, 0, 4, 0, 10, 1, 1, 255,
        20, 0, 6, 0, 255, 255, 255, 255, 255, 255, 255, 255, 4, 3, 2, 1, 0, 0, 0, 0,
    ];

    [Fact]
    public void All_values_are_read()
    {
        Assert.True(HostAddress.TryRead(_payload, out HostAddress address));
        IPv4Address own = IPv4Address.Parse("10.1.1.1");
        Assert.Equal(new HostAddress(own, own, IPv4Address.Parse("10.1.1.255"), 24, 0x01020304), address);
    }

    [Fact]
    public void A_cut_payload_is_malformed_or_lacks_whole_attributes()
    {
        int[] ends = [8, 16, 24, 32, _payload.Length];
        for (int length = 0; length <= _payload.Length; length++)
        {
            Assert.Equal(ends.Contains(length), HostAddress.TryRead(_payload.AsSpan(0, length), out _));
        }
    }

    [Theory]
    [InlineData(1, 33)] // a prefix of 33 bits
    [InlineData(8, 7)] // an address of 3 bytes
    [InlineData(16, 12)] // an address of 8 bytes
    [InlineData(32, 16)] // times of 12 bytes
    [InlineData(32, 0)]
    [InlineData(33, 1)]
    public void A_wrong_length_is_malformed(int offset, byte value)
    {
        byte[] damaged = [.. _payload];
        damaged[offset] = value;
        Assert.False(HostAddress.TryRead(damaged, out _));
    }

    [Fact]
    public void Random_bytes_cause_no_exception()
    {
        var random = new Random(7);
        for (int round = 0; round < 100_000; round++)
        {
            byte[] bytes = [.. _payload.AsSpan(0, random.Next(_payload.Length + 1))];
            for (int change = random.Next(1, 8); change > 0 && bytes.Length > 0; change--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            if (HostAddress.TryRead(bytes, out HostAddress address))
            {
                Assert.InRange(address.PrefixLength, 0, 32);
            }
        }
    }
}
