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
