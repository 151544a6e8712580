using ProxyHelper.TestSupport;

namespace ProxyHelper.PowerShell.Tests;

/// <summary>A network namespace that is a router with the rules of docs/deployment.md and docs/security.md; its proxy is elsewhere.</summary>
internal static class RightRouter
{
    /// <summary>What smtp-gated has on a right proxy.</summary>
    public const string Configuration = "mode remote-udp\nremote_port 114\nmax_per_host 1000\n";

    private const string Rules = """
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

    /// <summary>Runs a session on it; $gated has the path of smtp-gated's configuration, which a right proxy has.</summary>
    public static void Run(Action<EngineSession> body) => NetworkNamespace.Run(
        () =>
        {
            Requirement.Tool("nft");
            Tool.Run("nft", Rules);
            string file = Path.GetTempFileName();
            try
            {
                File.WriteAllText(file, Configuration);
                using var session = new EngineSession();
                session.Run("$global:gated = $args[0]", file);
                body(session);
            }
            finally
            {
                File.Delete(file);
            }
        },
        "194.0.1.1");
}
