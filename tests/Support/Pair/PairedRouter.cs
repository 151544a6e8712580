using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace ProxyHelper.TestSupport.Pair;

/// <summary>Represents one router of the pair, with the shipped files in their places.</summary>
/// <param name="name">The name of the router, "a" or "b".</param>
/// <param name="machine">The machine of the router.</param>
/// <param name="cables">The cables of the router.</param>
internal sealed partial class PairedRouter(string name, PairMachine machine, PairCables cables) : IDisposable
{
    /// <summary>The shared address that proxies see as the source, and that they ask.</summary>
    public const string SnatAddress = "194.0.3.1";

    /// <summary>Gets the name, "a" or "b".</summary>
    public string Name => name;

    /// <summary>Gets the machine.</summary>
    public PairMachine Machine => machine;

    /// <summary>Gets the cables.</summary>
    public PairCables Cables => cables;

    /// <summary>Gets the numbers of entries that conntrackd knows.</summary>
    public PairCaches Caches { get; } = new(machine);

    /// <summary>Gets the services.</summary>
    public PairServices Services { get; } = new(machine);

    /// <summary>Gets whether the router has the shared address.</summary>
    public bool HasAddress => machine.Network.Run(CanBind);

    /// <summary>Returns whether the network of the calling thread has the shared address.</summary>
    public static bool CanBind()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Parse(SnatAddress), 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Cuts the power: all programs of the router end at once, and its cables have no carrier.</summary>
    public void CutPower()
    {
        machine.PowerOff();
        cables.SetAll(isUp: false);
    }

    /// <summary>Starts keepalived while the other router is active, and waits until this router is backup.</summary>
    public Task StartBackupAsync()
    {
        Services.StartKeepalived();
        return AwaitRoleAsync("backup");
    }

    /// <summary>Waits until the script has ended in a state.</summary>
    /// <param name="role">"primary", "backup", "fault" or "stop".</param>
    public Task AwaitRoleAsync(string role) =>
        Until.HoldsAsync($"the script of router {name} has ended with '{role}'", () => ReadRole() == role);

    /// <summary>Waits until the router is active and its script has ended.</summary>
    public async Task AwaitActiveAsync()
    {
        await Until.HoldsAsync($"router {name} has {SnatAddress}", () => HasAddress).ConfigureAwait(false);
        await AwaitRoleAsync("primary").ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        machine.Dispose();
        Services.Dispose();
    }

    private string ReadRole()
    {
        string path = machine.PathOf(PairServices.ScriptLog);
        return File.Exists(path) && ScriptEnd().Matches(File.ReadAllText(path)) is [.., var last]
            ? last.Groups["role"].Value
            : string.Empty;
    }

    [GeneratedRegex(@"(?<role>primary|backup|fault|stop): done, 0 steps failed")]
    private static partial Regex ScriptEnd();
}
