namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>One rule: conditions, and one thing that is done where all of them are met.</summary>
internal sealed record FirewallRule
{
    /// <summary>What must be met.</summary>
    public required IReadOnlyList<FirewallCondition> Conditions { get; init; }

    /// <summary>What is done.</summary>
    public required FirewallAction Action { get; init; }

    /// <summary>For a jump, the key of the chain.</summary>
    public string? Chain { get; init; }

    /// <summary>For NAT, the new address; null where it is not known here.</summary>
    public NumberRange? Addresses { get; init; }

    /// <summary>For NAT, the new port; null where it stays.</summary>
    public NumberRange? Ports { get; init; }

    /// <summary>What is done, in words.</summary>
    public required string Text { get; init; }

    /// <summary>The table and chain that it stands in.</summary>
    public required string Place { get; init; }

    /// <summary>Whether it is NAT to one address or to some, and which is not known here.</summary>
    public bool HasUnknownTarget => Action is FirewallAction.DestinationNat or FirewallAction.SourceNat && Addresses is null;

    /// <summary>Gets whether the rule translates an address.</summary>
    public bool IsTranslation => Action is FirewallAction.DestinationNat or FirewallAction.Redirect
        or FirewallAction.SourceNat or FirewallAction.Masquerade;

    /// <summary>What a NAT rule does, in words.</summary>
    public static string NatText(string name, NumberRange? addresses, NumberRange? ports)
    {
        string address = addresses?.ToAddresses() ?? string.Empty;
        string port = ports is { } given ? $":{given}" : string.Empty;
        return address.Length + port.Length == 0 ? name : $"{name} to {address}{port}";
    }
}
