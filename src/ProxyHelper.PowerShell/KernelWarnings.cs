using System.Runtime.Versioning;
using ProxyHelper.Conntrack;

namespace ProxyHelper.PowerShell;

/// <summary>Contains the warnings about what a cmdlet cannot show because of the kernel or its settings.</summary>
[SupportedOSPlatform("linux")]
internal static class KernelWarnings
{
    private const string Setting = ConntrackSettings.Events;

    /// <summary>Returns the warning about entries or events that could not be decoded.</summary>
    public static string Undecodable(long count) =>
        $"Messages of the kernel that could not be decoded: {count}. Their mappings are missing. All other mappings "
        + "are correct. Run 'conntrack -L' to see the whole table.";

    /// <summary>Returns which values of a mapping the kernel does not keep, or null if it keeps all of them.</summary>
    public static string? MissingValues()
    {
        string[] missing =
        [
            .. Off(ConntrackSettings.Accounting, "count packets and bytes"),
            .. Off(ConntrackSettings.Timestamps, "keep the time of the first packet"),
        ];
        return missing.Length == 0 ? null : $"The kernel does not {string.Join(", and does not ", missing)}.";

        static string[] Off(string setting, string verb) =>
            ConntrackSettings.IsOff(setting) ? [$"{verb} ({setting} is 0)"] : [];
    }

    /// <summary>Returns the warning about a kernel that sends no events, or null if the kernel sends them.</summary>
    public static string? Events(ConntrackWatch watch)
    {
        string? cause = watch.EventMode switch
        {
            ConntrackEventMode.None => $"The kernel sends no events, because {Setting} is 0.",
            ConntrackEventMode.Unknown => $"{Setting} cannot be read, so the kernel may send no events.",
            _ => null,
        };
        return cause is null
            ? null
            : $"{cause} The table is listed every {watch.ListingInterval.TotalSeconds} s instead, or less often if it "
                + "is large. Changes arrive late, and a connection that starts and ends between two listings is "
                + $"missing. Run 'sysctl -w {Setting}=1' in this network namespace.";
    }

    /// <summary>Returns the warning about a receive buffer that the kernel made smaller, or null.</summary>
    /// <param name="watch">The watch.</param>
    /// <param name="wanted">The size in bytes that the user gave.</param>
    public static string? ReceiveBuffer(ConntrackWatch watch, int wanted) =>
        watch.ReceiveBuffer >= wanted - 1 // the kernel's largest buffer is one byte smaller than 1 GiB
            ? null
            : $"The kernel keeps only {watch.ReceiveBuffer} bytes of unread changes, not {wanted}. Run 'sysctl -w "
                + $"net.core.rmem_max={wanted}' on the host, or run the cmdlet with CAP_NET_ADMIN of the host.";
}
