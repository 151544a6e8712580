using ProxyHelper.Addresses;

namespace ProxyHelper.Diagnosis.Pair;

/// <summary>Represents keepalived's configuration, as far as a pair of routers depends on it.</summary>
internal sealed record KeepalivedConfiguration
{
    private const string RefreshName = "garp_master_refresh";

    /// <summary>Gets the VRRP instances.</summary>
    public required IReadOnlyList<VrrpInstance> Instances { get; init; }

    /// <summary>
    /// Gets whether the file is all of the configuration. False if the file includes other files, has conditional lines
    /// or variables, or has braces that do not match.
    /// </summary>
    public required bool IsWhole { get; init; }

    /// <summary>Parses a text.</summary>
    public static KeepalivedConfiguration Parse(string text)
    {
        if (ConfigurationBlock.Parse(text, comments: "#!") is not { } root)
        {
            return new KeepalivedConfiguration { Instances = [], IsWhole = false };
        }

        long refresh = root.Named("global_defs").Select(block => ReadSeconds(block, $"vrrp_{RefreshName}"))
            .LastOrDefault(seconds => seconds is not null) ?? 0;
        return new KeepalivedConfiguration
        {
            Instances = [.. root.Named("vrrp_instance").Select(block => ReadInstance(block, refresh))],
            IsWhole = !HasUnknownPart(root),
        };
    }

    /// <summary>Returns the first instance that has an address, or null.</summary>
    public VrrpInstance? FindInstance(IPv4Address address) =>
        Instances.FirstOrDefault(instance => instance.Addresses.Contains(address));

    private static VrrpInstance ReadInstance(ConfigurationStatement block, long refresh) => new()
    {
        Name = block.Value ?? string.Empty,
        Addresses =
        [
            .. from list in block.Named("virtual_ipaddress").Concat(block.Named("virtual_ipaddress_excluded"))
               from line in list.Children
               select ReadAddress(line.Name) into address
               where address is not null
               select address.Value,
        ],
        RefreshSeconds = ReadSeconds(block, RefreshName) ?? refresh,
        StartsAsMaster = block.Named("state").Any(state => state.Value == "MASTER"),
        Preempts = !block.Named("nopreempt").Any(),
        PreemptDelaySeconds = ReadSeconds(block, "preempt_delay") ?? 0,
    };

    private static IPv4Address? ReadAddress(string text) =>
        IPv4Address.TryParse(text.Split('/')[0], out IPv4Address address) ? address : null;

    // keepalived accepts a fraction, of which the whole part counts here.
    private static long? ReadSeconds(ConfigurationStatement block, string name) =>
        block.Named(name).LastOrDefault()?.Value is { } text
            ? NumberText.TryRead(text.Split('.')[0], out uint seconds) ? seconds : null
            : null;

    private static bool HasUnknownPart(ConfigurationStatement statement) => statement.Children.Any(child =>
        child.Name.StartsWith("include", StringComparison.OrdinalIgnoreCase)
        || child.Words.Any(word => word.Contains('$', StringComparison.Ordinal))
        || child.IsConditional
        || HasUnknownPart(child));
}

/// <summary>Represents a VRRP instance of keepalived: addresses that move together between routers.</summary>
internal sealed record VrrpInstance
{
    /// <summary>Gets the name.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the IPv4 addresses that move.</summary>
    public required IReadOnlyList<IPv4Address> Addresses { get; init; }

    /// <summary>Gets how often the primary router repeats its ARP announcements. 0 means never.</summary>
    public required long RefreshSeconds { get; init; }

    /// <summary>Gets whether the router takes the addresses at its start.</summary>
    public required bool StartsAsMaster { get; init; }

    /// <summary>Gets whether the router with the higher priority takes the addresses back.</summary>
    public required bool Preempts { get; init; }

    /// <summary>Gets the time after its start before the router takes the addresses back.</summary>
    public required long PreemptDelaySeconds { get; init; }
}
