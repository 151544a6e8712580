using ProxyHelper.Diagnosis;

namespace ProxyHelper.Daemon.Helper;

/// <summary>Contains the words of the daemon for the findings about the set-up.</summary>
internal static class DaemonWords
{
    /// <summary>Gets the words.</summary>
    public static CallerWords Instance { get; } = new()
    {
        PortOption = "--port",
        TcpPortOption = "--tcp-port",
        SecretFileOption = "--secret-file",
        GiveHelperAddress = "Give the address of the helper: --address 194.0.1.1",
        GiveProxy = _ => "Correct the DNAT rule, which has the address of the proxy (docs/router.md).",
        GiveRole = _ => "The daemon runs on the router, not on the proxy.", // --check always checks the router
        StartHelper = _ => "systemctl enable --now proxy-helper",
        ChangeAddress = helper =>
            $"write 'address = {helper.Address}' into /etc/proxy-helper.conf, and run: systemctl restart proxy-helper",
        AllowProxies = (_, proxies) =>
            $"Use --allow {string.Join(" --allow ", proxies)}, or write into the configuration: " +
            $"{string.Join("; ", proxies.Select(proxy => $"allow = {proxy}"))}. " +
            "Then run: systemctl reload proxy-helper",
        GivePeerPorts = "Give the source ports of the other router: --peer-ports 32768-65535",
        AllowAbsentAddress = "Use --allow-absent-address, or 'allow-absent-address = yes' in the configuration.",
        FailoverGraceOption = "--failover-grace",
        ListEntries = "conntrack -L",
        WatchDrops =
            "Run 'conntrack -S' again later. If drop or early_drop grows, raise net.netfilter.nf_conntrack_max.",
        CheckProxy = "On the proxy, check mode, remote_port, remote_udp_secret and max_per_host in smtp-gated.conf.",
    };
}
