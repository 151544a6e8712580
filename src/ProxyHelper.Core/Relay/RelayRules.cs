using ProxyHelper.Addresses;

namespace ProxyHelper.Relay;

/// <summary>Represents the settings of a relay that can be replaced at any time, all at once.</summary>
public sealed record RelayRules
{
    /// <summary>The largest number of routers, and of allowed ports.</summary>
    public const int MaxEntries = 500;

    /// <summary>The longest time of each limit.</summary>
    public static readonly TimeSpan LongestTime = TimeSpan.FromDays(7);

    /// <summary>
    /// Gets the routers whose connections are relayed. The relay asks the helper at the address that the connection
    /// comes from. Other connections are reset.
    /// </summary>
    public required IReadOnlyList<EndPointPattern> Routers { get; init; }

    /// <summary>Gets the secret of the helpers. The default is 0, which means no secret.</summary>
    public uint Secret { get; init; }

    /// <summary>
    /// Gets the original destination ports that are relayed. The default is an empty list, which allows every port.
    /// </summary>
    public IReadOnlyList<PortRange> AllowedPorts { get; init; } = [];

    /// <summary>
    /// Gets the largest number of connections of one original source address at the same time. 0 is no limit. The
    /// default is 1,000.
    /// </summary>
    public int MaxConnectionsPerSource { get; init; } = 1_000;

    /// <summary>Gets the longest time for the connection to the target. The default is 5 seconds.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Gets the time without a byte after which a connection is reset. The default is 1 hour.
    /// </summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// Gets the time without a byte after which a connection is reset that one side has ended. The default is 1 minute.
    /// </summary>
    public TimeSpan HalfClosedTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Gets the time that open connections have to finish after a stop. The default is 30 seconds. 0 resets them at
    /// once.
    /// </summary>
    public TimeSpan DrainTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Gets whether each connection becomes a notice when it has ended. Under load, some of these notices are left out.
    /// </summary>
    public bool LogConnections { get; init; }

    /// <summary>Returns the rules without the secret.</summary>
    public override string ToString() => $"{Routers.Count} routers, {AllowedPorts.Count} ranges of ports";

    /// <summary>Checks the rules.</summary>
    /// <exception cref="ArgumentException">Thrown when a rule is invalid. The message names it.</exception>
    public void Validate()
    {
        SettingCheck.Require(Routers.Count > 0, "At least one router is needed.");
        SettingCheck.Require(Routers.Count <= MaxEntries, $"There are more than {MaxEntries} routers. Use prefixes.");
        SettingCheck.Require(
            Routers.All(router => router.IsIPv4Addresses), "A router is an IPv4 address or prefix, such as 194.0.1.1.");
        SettingCheck.Require(
            AllowedPorts.Count <= MaxEntries, $"There are more than {MaxEntries} allowed ports. Use ranges.");
        SettingCheck.Require(MaxConnectionsPerSource >= 0, "The connections of a source must be 0 (no limit) or more.");
        foreach (TimeSpan time in (TimeSpan[])[ConnectTimeout, IdleTimeout, HalfClosedTimeout])
        {
            SettingCheck.Require(
                time > TimeSpan.Zero && time <= LongestTime, "A time limit must be above 0 and at most 7 days.");
        }

        SettingCheck.Require(
            DrainTime >= TimeSpan.Zero && DrainTime <= LongestTime, "The drain time must be 0 to 7 days.");
    }
}
