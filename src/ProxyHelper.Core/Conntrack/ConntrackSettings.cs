using ProxyHelper.Addresses;

namespace ProxyHelper.Conntrack;

/// <summary>
/// Reads the settings of conntrack. The kernel shows the settings of the network namespace of the thread that reads
/// them.
/// </summary>
internal static class ConntrackSettings
{
    /// <summary>The name of the setting that makes the kernel send events, for the command sysctl.</summary>
    public const string Events = "net.netfilter.nf_conntrack_events";

    /// <summary>The name of the setting that makes the kernel count packets and bytes.</summary>
    public const string Accounting = "net.netfilter.nf_conntrack_acct";

    /// <summary>The name of the setting that makes the kernel keep the time of the first packet.</summary>
    public const string Timestamps = "net.netfilter.nf_conntrack_timestamp";

    /// <summary>Reads for which entries the kernel sends events.</summary>
    public static ConntrackEventMode ReadEventMode() => Read(Events) switch
    {
        "0" => ConntrackEventMode.None,
        "1" => ConntrackEventMode.All,
        "2" => ConntrackEventMode.WhileListening,
        _ => ConntrackEventMode.Unknown,
    };

    /// <summary>Returns whether a setting is 0. A setting that cannot be read is not.</summary>
    public static bool IsOff(string name) => Read(name) == "0";

    /// <summary>Reads a number.</summary>
    /// <param name="name">The name of the setting, for the command sysctl.</param>
    /// <returns>The number, or null if the kernel does not have it or does not show it.</returns>
    public static uint? ReadNumber(string name) => NumberText.TryRead(Read(name), out uint number) ? number : null;

    private static string? Read(string name)
    {
        try
        {
            return File.ReadAllText($"/proc/sys/{name.Replace('.', '/')}").Trim();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
