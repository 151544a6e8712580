using ProxyHelper.Addresses;

namespace ProxyHelper.Diagnosis.Pair;

/// <summary>Represents conntrackd's configuration, as far as a pair of routers depends on it.</summary>
/// <param name="IsSynchronizing">
/// Whether conntrackd sends entries to another router. Otherwise conntrackd collects statistics.
/// </param>
/// <param name="HashLimit">The largest number of entries that conntrackd keeps, or null if it is not set.</param>
/// <param name="HasExternalCache">
/// Whether the entries of the other router wait in conntrackd. Otherwise conntrackd writes the entries into the kernel
/// at once.
/// </param>
internal sealed record ConntrackdConfiguration(bool IsSynchronizing, uint? HashLimit, bool HasExternalCache)
{
    /// <summary>
    /// Gets whether conntrackd can send nothing for many seconds: in the mode ALARM. In the other modes, conntrackd
    /// sends a packet each second.
    /// </summary>
    public bool IsOftenSilent { get; private init; }

    /// <summary>Parses a text.</summary>
    /// <returns>The configuration, or null if braces do not match.</returns>
    public static ConntrackdConfiguration? Parse(string text)
    {
        if (ConfigurationBlock.Parse(text, comments: "#") is not { } root)
        {
            return null;
        }

        string? limit = root.Named("General").SelectMany(block => block.Named("HashLimit")).LastOrDefault()?.Value;
        ConfigurationStatement[] modes = [.. root.Named("Sync").SelectMany(block => block.Named("Mode"))];
        string? disabled = modes.SelectMany(mode => mode.Named("DisableExternalCache")).LastOrDefault()?.Value;
        return new ConntrackdConfiguration(
            root.Named("Sync").Any(),
            NumberText.TryRead(limit, out uint entries) ? entries : null,
            disabled is null || !IsYes(disabled))
        {
            IsOftenSilent = modes is [.., var mode] && mode.Value?.ToUpperInvariant() == "ALARM",
        };
    }

    private static bool IsYes(string text) =>
        text.Equals("yes", StringComparison.OrdinalIgnoreCase) || text.Equals("on", StringComparison.OrdinalIgnoreCase);
}
