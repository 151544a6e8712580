namespace ProxyHelper.Diagnosis;

/// <summary>Contains the names of the checks. Scripts select findings by these names.</summary>
internal static class CheckNames
{
    public const string Host = "Host";
    public const string Kernel = "Kernel conntrack";
    public const string Permission = "Permission";
    public const string Table = "Conntrack table";
    public const string Drops = "Conntrack drops";
    public const string Address = "Helper address";
    public const string DestinationNat = "DNAT rule";
    public const string SourceNat = "SNAT rule";
    public const string Answer = "UDP answer";
    public const string Secret = "Secret";
    public const string Notrack = "Notrack rules";
    public const string Mode = "smtp-gated mode";
    public const string GatedPort = "smtp-gated remote_port";
    public const string GatedSecret = "smtp-gated secret";
    public const string PerHost = "smtp-gated max_per_host";
}
