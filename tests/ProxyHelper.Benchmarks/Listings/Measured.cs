namespace ProxyHelper.Benchmarks.Listings;

/// <summary>What is measured, as the lines of the rounds call it.</summary>
internal static class Measured
{
    /// <summary>The whole table, by the core.</summary>
    public const string Core = "core";

    /// <summary>The same, by Get-NatMapping.</summary>
    public const string Cmdlet = "cmdlet";

    /// <summary>The same, by the program conntrack.</summary>
    public const string Tool = "conntrack";

    /// <summary>One user's entries, by the core.</summary>
    public const string Filter = "core, one user";

    /// <summary>The same, by the program conntrack.</summary>
    public const string ToolFilter = "conntrack -s";

    /// <summary>Exact look-ups by the core.</summary>
    public const string Lookups = "look-ups";

    /// <summary>The same, in a small table.</summary>
    public const string SmallLookups = "look-ups, small";

    /// <summary>Get-NatMapping in a small table.</summary>
    public const string SmallCmdlet = "cmdlet, small";

    /// <summary>The most memory of the process that Get-NatMapping runs in.</summary>
    public const string Peak = "peak";

    /// <summary>The same, in a small table.</summary>
    public const string SmallPeak = "peak, small";

    /// <summary>From Ctrl+C to the end of Get-NatMapping.</summary>
    public const string Stop = "stop";
}
