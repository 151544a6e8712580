namespace ProxyHelper.PowerShell;

/// <summary>Which connections are meant, by what the router translates of them.</summary>
public enum NatSelection
{
    /// <summary>Those that are translated in any way.</summary>
    Any,

    /// <summary>Those that are not translated.</summary>
    None,

    /// <summary>Those whose source alone is translated.</summary>
    Source,

    /// <summary>Those whose destination alone is translated.</summary>
    Destination,

    /// <summary>Those both of whose ends are translated.</summary>
    Both,
}
