namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>What a rule does with a packet that fits.</summary>
internal enum FirewallAction
{
    /// <summary>Nothing that matters here.</summary>
    Continue,

    /// <summary>Something that is not understood.</summary>
    Unclear,

    /// <summary>Ends this hook's chain.</summary>
    Accept,

    /// <summary>Drops or rejects it.</summary>
    Drop,

    /// <summary>Goes back to the chain that jumped here.</summary>
    Return,

    /// <summary>Goes through another chain, and on here.</summary>
    Jump,

    /// <summary>Goes through another chain, and not on here.</summary>
    Goto,

    /// <summary>Gives it another destination.</summary>
    DestinationNat,

    /// <summary>Gives it this host as its destination.</summary>
    Redirect,

    /// <summary>Gives it another source.</summary>
    SourceNat,

    /// <summary>Gives it the outgoing device's address as its source.</summary>
    Masquerade,

    /// <summary>Keeps it out of connection tracking.</summary>
    Notrack,
}
