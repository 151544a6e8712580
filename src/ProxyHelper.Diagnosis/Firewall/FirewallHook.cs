namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>Where in the kernel a chain hangs.</summary>
internal enum FirewallHook
{
    /// <summary>NF_INET_PRE_ROUTING: what comes in.</summary>
    Prerouting,

    /// <summary>NF_INET_LOCAL_OUT: what this host sends.</summary>
    Output,

    /// <summary>NF_INET_POST_ROUTING: what goes out.</summary>
    Postrouting,
}
