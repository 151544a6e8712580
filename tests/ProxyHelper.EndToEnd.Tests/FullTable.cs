using System.Diagnostics;
using System.Globalization;

namespace ProxyHelper.EndToEnd;

/// <summary>
/// Limits each conntrack table of this machine to one entry until it is disposed. The limit is one number for all
/// network namespaces. A separate program restores the limit, also if this program is killed.
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

    /// <summary>Sets the limit to one entry.</summary>
    public static FullTable Make()
    {
        // A separate session survives a signal to the process group of this program.
        var start = new ProcessStartInfo("setsid", ["sh", "-c", Script])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var keeper = Process.Start(start)!;
        return keeper.StandardOutput.ReadLine() == "ready"
            ? new FullTable(keeper)
            : throw new InvalidOperationException($"Cannot set {Limit}.");
    }

    /// <summary>Reads the limit.</summary>
    public static int ReadLimit() => int.Parse(File.ReadAllText(Limit), CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public void Dispose()
    {
        _keeper.StandardInput.Close();
        _keeper.WaitForExit(Patience.Limit);
        _keeper.Dispose();
    }
}
