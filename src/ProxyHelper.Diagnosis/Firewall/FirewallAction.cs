namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>Specifies what a rule does with a packet that meets its conditions.</summary>
internal enum FirewallAction
{
    /// <summary>Nothing that matters to the checks.</summary>
    Continue,

    /// <summary>Something that the checks do not understand.</summary>
    Unclear,

    /// <summary>Ends the chain of the hook.</summary>
    Accept,

    /// <summary>Drops or rejects the packet.</summary>
    Drop,

    /// <summary>Returns to the chain that jumped to this chain.</summary>
    Return,

    /// <summary>Runs another chain, then continues in this chain.</summary>
    Jump,

    /// <summary>Runs another chain, and does not continue in this chain.</summary>
    Goto,

    /// <summary>Translates the destination.</summary>
    DestinationNat,

    /// <summary>Translates the destination to this host.</summary>
    Redirect,

    /// <summary>Translates the source.</summary>
    SourceNat,

    /// <summary>Translates the source to the address of the outgoing interface.</summary>
    Masquerade,

    /// <summary>Keeps the packet out of connection tracking.</summary>
    Notrack,
}
