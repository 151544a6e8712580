using ProxyHelper.Addresses;
using ProxyHelper.Linux;
using ProxyHelper.Server;
using ProxyHelper.TestSupport;
using ProxyHelper.Tests.Protocol;
using Xunit;

namespace ProxyHelper.Tests.Server;

/// <summary>Tests lists of allowed senders under a small limit for filters, as before Linux 6.7 or smaller.</summary>
[Trait("Promise", "flood-isolation")]
public sealed class SenderPrefixesTests
{
    private const string Limit = "/proc/sys/net/core/optmem_max";

    // A kernel in which namespaces share the limit is older than 6.7 and has the first limit anyway.
    public static TheoryData<int, int> Lists => new MatrixTheoryData<int, int>(
        [20_480, 4_096, 1_500], [1, 2, 209, 210, 211, 499, 500]);

    [Theory]
    [MemberData(nameof(Lists))]
    public void Each_allowed_sender_has_a_queue_of_proxies_and_a_reply(int limit, int count) => Router.With(() =>
    {
        SetLimit(limit);
        EndPointPattern[] allowed = Allowed(count);
        AnswerRules rules = Router.Rules with { AllowedProxies = allowed };

        using Responder responder = Responder.Start(Router.Options("194.0.1.1"), rules with { AllowedProxies = [] });
        responder.ChangeRules(rules); // a reload
        using var asker = new Asker();
        Assert.Equal(Datagrams.Found, asker.Ask(Datagrams.Query, Asker.Helper()));
        responder.Stop();
        Responder.Start(Router.Options("194.0.1.1"), rules).Dispose();
    });

    [Theory]
    [InlineData(1)]
    [InlineData(209)]
    [InlineData(500)]
    public void A_filter_of_500_prefixes_fits_into_the_smallest_limit_of_a_kernel_exactly(int count)
    {
        IReadOnlyList<SenderPrefix> senders = SenderPrefixes.From(Allowed(count));
        Assert.Equal(count, senders.Count);
        NetworkNamespace.Run(() =>
        {
            SetLimit(20_480);
            using LinuxSocket socket = LinuxSocket.Open(SocketKind.Udp);
            socket.SetOption(SocketOption.ReusePort, 1);
            socket.ChooseBy(FairQueues.Selection(workers: 64, senders)); // fails if the filter is too large
        });
    }

    [Fact]
    public void A_shorter_list_contains_the_longer_one()
    {
        var random = new Random(7);
        for (int round = 0; round < 200; round++)
        {
            EndPointPattern[] patterns = [.. Enumerable.Range(0, random.Next(1, 60)).Select(_ => RandomPrefix(random))];
            IReadOnlyList<SenderPrefix> all = SenderPrefixes.From(patterns);
            IReadOnlyList<SenderPrefix> few = SenderPrefixes.Shorten(all, random.Next(1, 20));
            for (int i = 0; i < 100; i++)
            {
                IPv4Address inside = AddressIn(patterns[random.Next(patterns.Length)], random);
                Assert.True(Contains(all, inside) && Contains(few, inside), $"{inside}");
                var any = new IPv4Address((uint)random.NextInt64(uint.MaxValue));
                Assert.Equal(patterns.Any(pattern => pattern.Contains(any)), Contains(all, any));
            }
        }
    }

    [Fact]
    public void Neighbors_are_joined_first()
    {
        EndPointPattern[] patterns = [.. "10.0.0.0/24 10.0.1.0/24 194.0.22.8/31 194.0.22.10".Split(' ')
            .Select(EndPointPattern.ParseAddresses)];
        Assert.Equal(
            [
                new SenderPrefix(EndPointPattern.ParseAddresses("10.0.0.0/23").IPv4Network.Value, 23),
                new SenderPrefix(EndPointPattern.ParseAddresses("194.0.22.8/30").IPv4Network.Value, 30),
            ],
            SenderPrefixes.Shorten(SenderPrefixes.From(patterns), 2));
    }

    /// <summary>
    /// Returns prefixes of many lengths in high networks, which take the most room. 194.0.22.9 is the last one.
    /// </summary>
    private static EndPointPattern[] Allowed(int count) =>
    [
        .. Enumerable.Range(0, count - 1).Select(i => EndPointPattern.ParseAddresses(
            $"{new IPv4Address(0xC800_0000u + ((uint)i << 12))}/{21 + (i % 12)}")),
        EndPointPattern.ParseAddresses("194.0.22.9"),
    ];

    private static EndPointPattern RandomPrefix(Random random)
    {
        int length = random.Next(1, 33);
        uint network = (uint)random.NextInt64(uint.MaxValue) & (uint.MaxValue << (32 - length));
        return EndPointPattern.ParseAddresses($"{new IPv4Address(network)}/{length}");
    }

    private static IPv4Address AddressIn(EndPointPattern prefix, Random random) =>
        new(prefix.IPv4Network.Value | ((uint)random.NextInt64(uint.MaxValue) & ~prefix.IPv4Mask));

    private static bool Contains(IReadOnlyList<SenderPrefix> prefixes, IPv4Address address) =>
        prefixes.Any(prefix => (address.Value & prefix.Mask) == prefix.Network);

    private static void SetLimit(int bytes)
    {
        if (File.Exists(Limit))
        {
            File.WriteAllText(Limit, $"{bytes}");
        }
    }
}
