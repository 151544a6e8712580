namespace ProxyHelper.Mappings;

/// <summary>Specifies which ends of a connection the router translates.</summary>
[Flags]
public enum NatType
{
    /// <summary>Neither end.</summary>
    None = 0,

    /// <summary>The source (SNAT, masquerade).</summary>
    Source = 1,

    /// <summary>The destination (DNAT, redirect).</summary>
    Destination = 2,

    /// <summary>Both ends.</summary>
    Both = Source | Destination,
}
