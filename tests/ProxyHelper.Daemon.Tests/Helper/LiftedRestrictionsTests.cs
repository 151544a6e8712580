using CsCheck;
using ProxyHelper.Addresses;
using ProxyHelper.Server;
using Xunit;

namespace ProxyHelper.Daemon.Helper;

/// <summary>Tests which changes of the rules lift a restriction.</summary>
[Trait("Promise", "safe-reload")]
public sealed class LiftedRestrictionsTests
{
    private const int Addresses = 64; // 10.0.0.0 to 10.0.0.63

    private static readonly AnswerRules _strict = new()
    {
        Secret = 7,
        AllowedProxies = [EndPointPattern.ParseAddresses("194.0.22.0/24")],
        TrustedClients = [EndPointPattern.ParseAddresses("10.0.0.0/8")],
        MaxQueriesPerSecond = 10,
        MaxQueueDelay = TimeSpan.FromSeconds(1),
    };

    private static readonly Gen<EndPointPattern[]> _patterns = Gen.Select(Gen.Int[0, Addresses - 1], Gen.Int[0, 6])
        .Select((address, bits) => EndPointPattern.ParseAddresses(
            $"10.0.0.{address >> bits << bits}/{32 - bits}"))
        .Array[1, 6];

    [Fact]
    public void Rules_that_restrict_as_much_or_more_lift_nothing()
    {
        Assert.Empty(LiftedRestrictions.Find(_strict, _strict));
        Assert.Empty(LiftedRestrictions.Find(new AnswerRules { MaxQueueDelay = _strict.MaxQueueDelay }, _strict with
        {
            TrustedClients = [],
        }));
        Assert.Empty(LiftedRestrictions.Find(_strict, _strict with
        {
            Secret = 8,
            AllowedProxies =
                [EndPointPattern.ParseAddresses("194.0.22.9"), EndPointPattern.ParseAddresses("194.0.22.128/25")],
            TrustedClients = [],
            MaxQueriesPerSecond = 1,
            MaxQueueDelay = TimeSpan.FromSeconds(0.1),
        }));
    }

    [Fact]
    public void Each_restriction_that_is_lifted_is_named_once()
    {
        var open = new AnswerRules
        {
            TrustedClients = [EndPointPattern.ParseAddresses("0.0.0.0/0")],
            MaxQueriesPerSecond = 0,
            MaxQueueDelay = TimeSpan.FromSeconds(2),
        };

        string[] lifted = [.. LiftedRestrictions.Find(_strict, open)];

        string[] names = ["'allow'", "'trust'", "'secret'", "'rate'", "'max-delay'"];
        Assert.Equal(names.Length, lifted.Length);
        Assert.All(names, name => Assert.Single(lifted, text => text.Contains(name, StringComparison.Ordinal)));
    }

    [Fact]
    public void Two_halves_allow_the_same_as_the_whole()
    {
        EndPointPattern[] halves =
            [EndPointPattern.ParseAddresses("128.0.0.0/1"), EndPointPattern.ParseAddresses("0.0.0.0/1")];
        EndPointPattern[] whole = [EndPointPattern.ParseAddresses("0.0.0.0/0")];

        Assert.Empty(LiftedRestrictions.Find(WithAllowed(halves), WithAllowed(whole)));
        Assert.Empty(LiftedRestrictions.Find(WithAllowed(whole), WithAllowed(halves)));
    }

    [Fact]
    public void The_list_of_allowed_proxies_is_wider_exactly_if_it_allows_a_new_address() =>
        Gen.Select(_patterns, _patterns).Sample((before, after) =>
        {
            bool isWider = Enumerable.Range(0, Addresses).Any(last =>
            {
                IPv4Address address = IPv4Address.Parse($"10.0.0.{last}");
                return Array.Exists(after, pattern => pattern.Contains(address))
                    && !Array.Exists(before, pattern => pattern.Contains(address));
            });
            return isWider == LiftedRestrictions.Find(WithAllowed(before), WithAllowed(after)).Any();
        });

    private static AnswerRules WithAllowed(EndPointPattern[] patterns) => new() { AllowedProxies = patterns };
}
