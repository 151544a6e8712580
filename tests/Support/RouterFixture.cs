namespace ProxyHelper.TestSupport;

/// <summary>
/// Represents the router of the classic set-up: users in 10.1.1.0/24, a router with the address 194.0.1.1, a proxy that
/// listens on 194.0.22.9:9199, and the mail server 4.1.1.1. Tests run on a host that is the router and the proxy at
/// once, or on
/// <see cref="RouterNetwork"/>, which has a host for each role.
/// </summary>
public static class RouterFixture
{
    /// <summary>
    /// The rules of docs/router.md: mail of the users goes to the proxy, which sees the router as its source. A
    /// source port is kept if it is free, as on most routers; of two users with the same port, NAT changes one.
    /// </summary>
    public const string NatRules = """
        table ip mail_gateway {
            chain prerouting {
                type nat hook prerouting priority dstnat;
                iifname "users" tcp dport 25 dnat to 194.0.22.9:9199
            }
            chain postrouting {
                type nat hook postrouting priority srcnat;
                ip daddr 194.0.22.9 tcp dport 9199 snat to 194.0.1.1
            }
        }
        """;

    /// <summary>
    /// The rules of docs/security.md: only the proxy reaches the helper, and queries leave no conntrack entry.
    /// </summary>
    public const string QueryRules = """
        table inet proxy_helper {
            chain arriving {
                type filter hook prerouting priority raw;
                ip daddr 194.0.1.1 udp dport 114 iifname != "lo" ip saddr != 194.0.22.9 drop
                ip daddr 194.0.1.1 udp dport 114 fib saddr . iif oif missing drop
                ip daddr 194.0.1.1 udp dport 114 notrack
            }
            chain leaving {
                type filter hook output priority raw;
                ip daddr 194.0.1.1 udp dport 114 notrack
                ip saddr 194.0.1.1 udp sport 114 notrack
            }
        }
        """;

    /// <summary>Gets the addresses of the host that is the router and the proxy at once.</summary>
    public static IReadOnlyList<string> Addresses { get; } = ["194.0.1.1", "194.0.22.9"];

    /// <summary>
    /// Gets the user's connection: 10.1.1.1:10943 -> 4.1.1.1:25, translated to 194.0.1.1:20119 -> 194.0.22.9:9199.
    /// </summary>
    public static ConntrackFlow UserConnection { get; } =
        ConntrackFlow.Tcp("10.1.1.1:10943", "4.1.1.1:25", "194.0.22.9:9199", "194.0.1.1:20119");

    /// <summary>Gets a UDP flow whose source is translated.</summary>
    public static ConntrackFlow TranslatedUdp { get; } =
        ConntrackFlow.Udp("10.1.1.2:5353", "4.1.1.53:53", "4.1.1.53:53", "194.0.1.1:5353");

    /// <summary>Gets a connection without NAT.</summary>
    public static ConntrackFlow Untranslated { get; } = ConntrackFlow.Tcp("10.1.1.3:1025", "10.2.2.2:22");

    /// <summary>Gets the three flows that the conntrack table has.</summary>
    public static IReadOnlyList<ConntrackFlow> Flows { get; } = [UserConnection, TranslatedUdp, Untranslated];

    /// <summary>
    /// Runs the body on a host that is the router and the proxy at once. The running test is skipped without root.
    /// </summary>
    /// <param name="body">The body. It gets the conntrack table of the host.</param>
    public static void Run(Action<ConntrackFixture> body) => Run(Flows, [], body);

    /// <summary>Runs the body on such a host, whose conntrack table has other flows.</summary>
    /// <param name="flows">The flows in the table.</param>
    /// <param name="moreAddresses">Addresses that the host has in addition to <see cref="Addresses"/>.</param>
    /// <param name="body">The body. It gets the conntrack table of the host.</param>
    public static void Run(IEnumerable<ConntrackFlow> flows, IEnumerable<string> moreAddresses,
        Action<ConntrackFixture> body) => NetworkNamespace.Run(
        () =>
        {
            using ConntrackFixture table = ConntrackFixture.Open();
            table.Add(flows);
            body(table);
        },
        [.. Addresses, .. moreAddresses]);

    /// <summary>
    /// Runs the body on the router with its firewall rules and an empty conntrack table. The proxy is another host.
    /// </summary>
    public static void RunWithRules(Action body) => NetworkNamespace.Run(
        () =>
        {
            Requirement.Tool("nft");
            Tool.Run("nft", NatRules);
            Tool.Run("nft", QueryRules);
            body();
        },
        Addresses[0]);
}
