namespace ProxyHelper.Diagnosis;

/// <summary>What a host is in the set-up.</summary>
public enum SetupRole
{
    /// <summary>It does the NAT, and the helper runs on it.</summary>
    Router,

    /// <summary>smtp-gated runs on it.</summary>
    Proxy,
}
