namespace ProxyHelper.Benchmarks.Scaling;

/// <summary>Represents the routers of a site and their traffic. All routers have the same load.</summary>
internal sealed record Site
{
    /// <summary>Gets the number of routers. A failover pair counts as one.</summary>
    public int Routers { get; init; } = 1;

    /// <summary>Gets the number of proxies. Each proxy serves each router.</summary>
    public int Proxies { get; init; } = 1;

    /// <summary>Gets the number of new mail connections a second at all routers.</summary>
    public double Connections { get; init; } = 100;

    /// <summary>Gets the time from the start to the end of a connection in seconds.</summary>
    public double Duration { get; init; } = 60;

    /// <summary>Gets nf_conntrack_tcp_timeout_time_wait: the life of an entry after its connection.</summary>
    public double TimeWait { get; init; } = 120;

    /// <summary>Gets the number of entries of other traffic in the table of each router.</summary>
    public int OtherEntries { get; init; }
}
