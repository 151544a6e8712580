using System.Diagnostics;
using System.Globalization;

namespace ProxyHelper.EndToEnd;

/// <summary>
/// As long as it lives, no conntrack table of this machine takes in an entry where it has one already. The limit is one number
/// for all network namespaces, so a program of its own restores it, also when this one is killed.
/// </summary>
internal sealed class FullTable : IDisposable
{
    private const string Limit = "/proc/sys/net/netfilter/nf_conntrack_max";
    private const string Script = $"old=$(cat {Limit}) && echo 1 >{Limit} && echo ready; read -r _; echo $old >{Limit}";

    private readonly Process _keeper;

    private FullTable(Process keeper)
    {
        _keeper = keeper;
    }

    /// <summary>Sets the limit.</summary>
    public static FullTable Make()
    {
        // A session of its own: what kills this program's process group must not kill it.
        var keeper = Process.Start(new ProcessStartInfo("setsid", ["sh", "-c", Script]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        return keeper.StandardOutput.ReadLine() == "ready" ? new FullTable(keeper) : throw new InvalidOperationException($"{Limit} cannot be set");
    }

    /// <summary>The limit of this moment.</summary>
    public static int ReadLimit() => int.Parse(File.ReadAllText(Limit), CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public void Dispose()
    {
        _keeper.StandardInput.Close();
        _keeper.WaitForExit(Patience.Limit);
        _keeper.Dispose();
    }
}
