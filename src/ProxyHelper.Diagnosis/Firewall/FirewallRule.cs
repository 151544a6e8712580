namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>Represents a rule: conditions, and one action for packets that meet all of them.</summary>
internal sealed record FirewallRule
{
    /// <summary>Gets the conditions.</summary>
    public required IReadOnlyList<FirewallCondition> Conditions { get; init; }

    /// <summary>Gets the action.</summary>
    public required FirewallAction Action { get; init; }

    /// <summary>Gets the chain that the rule jumps to.</summary>
    public RulePlace? Chain { get; init; }

    /// <summary>Gets the new addresses of a NAT rule, or null if they are unknown.</summary>
    public NumberRange? Addresses { get; init; }

    /// <summary>Gets the new ports of a NAT rule, or null if the port stays.</summary>
    public NumberRange? Ports { get; init; }

    /// <summary>Gets the name of the action, such as "dnat" or "jump mail".</summary>
    public required string Name { get; init; }

    /// <summary>Gets the table and chain of the rule.</summary>
    public required RulePlace Place { get; init; }

    /// <summary>Gets the action in words.</summary>
    public string Text
    {
        get
        {
            string address = Addresses?.ToAddresses() ?? string.Empty;
            string port = Ports is { } ports ? $":{ports}" : string.Empty;
            return address.Length + port.Length == 0 ? Name : $"{Name} to {address}{port}";
        }
    }

    /// <summary>Gets whether the rule translates to an address that is unknown.</summary>
    public bool HasUnknownTarget =>
        Action is FirewallAction.DestinationNat or FirewallAction.SourceNat && Addresses is null;

    /// <summary>Gets whether the rule translates an address.</summary>
    public bool IsTranslation => Action is FirewallAction.DestinationNat or FirewallAction.Redirect
        or FirewallAction.SourceNat or FirewallAction.Masquerade;
}

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

    /// <summary>Moves the connection to a flow table, whose packets no longer pass the rules.</summary>
    Offload,
}
