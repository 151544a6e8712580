namespace ProxyHelper.Benchmarks.Listings;

/// <summary>Contains the names of the measured values.</summary>
internal static class Measured
{
    /// <summary>The listing of the whole table by the core.</summary>
    public const string Core = "core";

    /// <summary>The listing of the whole table by Get-NatMapping.</summary>
    public const string Cmdlet = "cmdlet";

    /// <summary>The listing of the whole table by the program conntrack.</summary>
    public const string Tool = "conntrack";

    /// <summary>The listing of one user by the core.</summary>
    public const string Filter = "core, one user";

    /// <summary>The listing of one user by the program conntrack.</summary>
    public const string ToolFilter = "conntrack -s";

    /// <summary>The look-ups by the core.</summary>
    public const string Lookups = "look-ups";

    /// <summary>The look-ups in a small table.</summary>
    public const string SmallLookups = "look-ups, small";

    /// <summary>The listing of a small table by Get-NatMapping.</summary>
    public const string SmallCmdlet = "cmdlet, small";

    /// <summary>The peak memory of the process of Get-NatMapping.</summary>
    public const string Peak = "peak";

    /// <summary>The peak memory with a small table.</summary>
    public const string SmallPeak = "peak, small";

    /// <summary>The time from Ctrl+C to the end of Get-NatMapping.</summary>
    public const string Stop = "stop";
}
