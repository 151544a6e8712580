namespace ProxyHelper.Mappings;

/// <summary>Specifies the system whose NAT table a mapping comes from.</summary>
public enum NatSystem
{
    /// <summary>Linux: the conntrack table of the kernel, or its text.</summary>
    Conntrack,

    /// <summary>The packet filter of OpenBSD, FreeBSD, macOS, pfSense and OPNsense (pfctl -ss).</summary>
    Pf,

    /// <summary>IPFilter of NetBSD, FreeBSD and illumos (ipnat -l).</summary>
    IPFilter,

    /// <summary>MikroTik RouterOS (/ip firewall connection).</summary>
    MikroTik,

    /// <summary>Cisco IOS and IOS XE (show ip nat translations).</summary>
    Cisco,

    /// <summary>Junos on SRX routers (show security flow session).</summary>
    Junos,

    /// <summary>Windows (Get-NetNatSession).</summary>
    Windows,
}
