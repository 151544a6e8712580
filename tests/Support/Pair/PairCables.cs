namespace ProxyHelper.TestSupport.Pair;

/// <summary>
/// Represents the cables of a router. A cable that is pulled leaves both of its ends without a carrier.
/// </summary>
/// <param name="Users">The cable to the switch of the users.</param>
/// <param name="Proxies">The cable to the switch of the proxies.</param>
/// <param name="Sync">The cable to the other router.</param>
internal sealed record PairCables(PairCable Users, PairCable Proxies, PairCable Sync)
{
    /// <summary>Pulls or connects all cables.</summary>
    public void SetAll(bool isUp) => PairCable.Set(isUp, Users, Proxies, Sync);
}

/// <summary>Represents the end of a cable that is not at the router.</summary>
/// <param name="Host">The host at this end.</param>
/// <param name="Port">The device of the host.</param>
internal sealed record PairCable(NetworkHost Host, string Port)
{
    /// <summary>Pulls the cable.</summary>
    public void Pull() => Set(false, this);

    /// <summary>Connects the cable.</summary>
    public void Connect() => Set(true, this);

    /// <summary>Pulls or connects cables.</summary>
    public static void Set(bool isUp, params PairCable[] cables) => Array.ForEach(
        cables, cable => Tool.Run("ip", "-n", cable.Host.Name, "link", "set", cable.Port, isUp ? "up" : "down"));
}
