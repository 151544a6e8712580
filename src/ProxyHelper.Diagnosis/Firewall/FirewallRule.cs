namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>Represents a rule: conditions, and one action for packets that meet all of them.</summary>
internal sealed record FirewallRule
{
    /// <summary>Gets the conditions.</summary>
    public required IReadOnlyList<FirewallCondition> Conditions { get; init; }

    /// <summary>Gets the action.</summary>
    public required FirewallAction Action { get; init; }

    /// <summary>Gets the key of the chain that the rule jumps to.</summary>
    public string? Chain { get; init; }

    /// <summary>Gets the new addresses of a NAT rule, or null if they are unknown.</summary>
    public NumberRange? Addresses { get; init; }

    /// <summary>Gets the new ports of a NAT rule, or null if the port stays.</summary>
    public NumberRange? Ports { get; init; }

    /// <summary>Gets the action in words.</summary>
    public required string Text { get; init; }

    /// <summary>Gets the table and chain of the rule.</summary>
    public required string Place { get; init; }

    /// <summary>Gets whether the rule translates to an address that is unknown.</summary>
    public bool HasUnknownTarget =>
        Action is FirewallAction.DestinationNat or FirewallAction.SourceNat && Addresses is null;

    /// <summary>Gets whether the rule translates an address.</summary>
    public bool IsTranslation => Action is FirewallAction.DestinationNat or FirewallAction.Redirect
        or FirewallAction.SourceNat or FirewallAction.Masquerade;

    /// <summary>Returns the action of a NAT rule in words.</summary>
    public static string NatText(string name, NumberRange? addresses, NumberRange? ports)
    {
        string address = addresses?.ToAddresses() ?? string.Empty;
        string port = ports is { } given ? $":{given}" : string.Empty;
        return address.Length + port.Length == 0 ? name : $"{name} to {address}{port}";
    }
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
}

/// <summary>Represents one condition of a rule.</summary>
/// <param name="Field">The field of the packet that the condition reads.</param>
/// <param name="Values">The values of which the field must have one.</param>
/// <param name="IsNegated">Whether the field must have none of the values instead.</param>
/// <param name="Text">The condition in words.</param>
internal sealed record FirewallCondition(
    PacketField Field, IReadOnlyList<NumberRange> Values, bool IsNegated, string Text)
{
    /// <summary>Returns a condition that the checks do not understand.</summary>
    public static FirewallCondition Unclear(string text) => new(PacketField.Unclear, [], IsNegated: false, text);

    /// <summary>Returns a condition with one value.</summary>
    public static FirewallCondition Of(PacketField field, uint value, string text, bool isNegated = false) =>
        new(field, [new NumberRange(value)], isNegated, text);

    /// <summary>Returns whether a packet meets the condition.</summary>
    public Certainty Judge(FirewallPacket packet)
    {
        if (Field == PacketField.Unclear)
        {
            return Certainty.Unclear;
        }

        if (packet[Field] is not { } value)
        {
            return Certainty.Sometimes;
        }

        bool isListed = Values.Any(range => range.Contains(value));
        return isListed != IsNegated ? Certainty.Always : Certainty.Never;
    }
}

/// <summary>
/// Specifies whether a statement is true. A conjunction is as certain as its least certain statement.
/// </summary>
internal enum Certainty
{
    /// <summary>The statement is false.</summary>
    Never,

    /// <summary>The statement depends on something that the checks do not understand.</summary>
    Unclear,

    /// <summary>The statement depends on an unknown field of the packet, such as the interface.</summary>
    Sometimes,

    /// <summary>The statement is true.</summary>
    Always,
}
