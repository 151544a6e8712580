using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;

namespace ProxyHelper.Diagnosis.Pair;

/// <summary>
/// Represents what this host shows about a pair of routers: the programs, their configurations, and the settings of the
/// kernel, in the network namespace of the calling thread.
/// </summary>
internal sealed record PairSetup
{
    private const string Settings = "net.netfilter.nf_conntrack_";

    /// <summary>Gets keepalived, which moves the addresses.</summary>
    public required PairProgram Keepalived { get; init; }

    /// <summary>Gets keepalived's configuration, or null if it cannot be read.</summary>
    public required KeepalivedConfiguration? Addresses { get; init; }

    /// <summary>Gets conntrackd, which copies the conntrack entries.</summary>
    public required PairProgram Conntrackd { get; init; }

    /// <summary>Gets conntrackd's configuration, or null if it cannot be read.</summary>
    public required ConntrackdConfiguration? Synchronization { get; init; }

    /// <summary>Gets the installed variables of docs/ha, or null.</summary>
    public required PairVariables? Variables { get; init; }

    /// <summary>Gets nf_conntrack_tcp_be_liberal, or null.</summary>
    public required uint? BeLiberal { get; init; }

    /// <summary>Gets nf_conntrack_tcp_loose, or null.</summary>
    public required uint? Loose { get; init; }

    /// <summary>Gets nf_conntrack_max, or null.</summary>
    public required uint? MaxEntries { get; init; }

    /// <summary>Reads what this host shows.</summary>
    public static PairSetup Read()
    {
        PairProgram keepalived =
            PairProgram.Find("keepalived", ["-f", "--use-file"], "/etc/keepalived/keepalived.conf");
        PairProgram conntrackd = PairProgram.Find("conntrackd", ["-C"], "/etc/conntrackd/conntrackd.conf");
        return new PairSetup
        {
            Keepalived = keepalived,
            Addresses = Read(keepalived.ConfigurationPath, KeepalivedConfiguration.Parse),
            Conntrackd = conntrackd,
            Synchronization = Read(conntrackd.ConfigurationPath, ConntrackdConfiguration.Parse),
            Variables = Read(PairVariables.InstalledPath, PairVariables.Parse),
            BeLiberal = ConntrackSettings.ReadNumber($"{Settings}tcp_be_liberal"),
            Loose = ConntrackSettings.ReadNumber($"{Settings}tcp_loose"),
            MaxEntries = ConntrackSettings.ReadNumber($"{Settings}max"),
        };
    }

    /// <summary>
    /// Returns whether this host is one router of a pair: keepalived moves an address of the helper, or conntrackd
    /// synchronizes entries. A router that only uses VRRP for its users' gateway is not.
    /// </summary>
    public bool IsPair(HelperSockets helper) => Synchronization is { IsSynchronizing: true }
        || (helper.Known.Count > 0 && FindInstances(helper).Count > 0);

    /// <summary>
    /// Returns the instances of keepalived that move an address of the helper. If the helper answers on any address,
    /// returns the first instance.
    /// </summary>
    public IReadOnlyList<VrrpInstance> FindInstances(HelperSockets helper) => helper.Known.Count == 0
        ? [.. (Addresses?.Instances ?? []).Take(1)]
        : [.. helper.Known.Select(address => Addresses?.FindInstance(address)).OfType<VrrpInstance>().Distinct()];

    /// <summary>Returns whether keepalived moves an address.</summary>
    public bool Moves(IPv4Address address) => Addresses?.FindInstance(address) is not null;

    /// <summary>
    /// Returns whether keepalived moves an address, or may move it, because not all of its configuration is known.
    /// </summary>
    public bool MayMove(IPv4Address address) => Moves(address) || (Addresses is { } known
        ? !known.IsWhole
        : Keepalived.IsRunning != false || Synchronization is { IsSynchronizing: true });

    private static T? Read<T>(string path, Func<string, T?> parse)
        where T : class
    {
        try
        {
            return File.Exists(path) ? parse(ConfigurationText.Read(path)) : null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
