using ProxyHelper.Diagnosis;
using ProxyHelper.Server;

namespace ProxyHelper.Daemon.Helper;

/// <summary>
/// Checks whether the daemon can start, and whether the set-up of the router is correct. The check changes nothing, and
/// answers no query.
/// </summary>
internal static class HelperCheck
{
    /// <summary>Writes a line for each finding.</summary>
    /// <returns>Whether no check failed.</returns>
    public static bool Run(HelperSettings settings, TextWriter output)
    {
        var start = new HelperStartChecks(settings);
        bool isWell = FindingText.Write(start.Run(), output);
        if (!settings.UsesKernel)
        {
            return isWell; // the rules and the table of this host have no part in the answers
        }

        InspectionOptions options = OptionsOf(settings, start);
        return FindingText.Write(Inspection.Run(options, DaemonWords.Instance, CancellationToken.None), output)
            && isWell;
    }

    private static InspectionOptions OptionsOf(HelperSettings settings, HelperStartChecks start)
    {
        ListenOptions listen = settings.Listen;
        return new InspectionOptions
        {
            Role = SetupRole.Router,
            HelperAddresses = listen.Addresses,
            AllowAbsentAddresses = listen.AllowAbsentAddresses,
            FailoverGrace = settings.Rules.FailoverGrace,
            PeerPorts = settings.PeerPorts,
            Port = listen.Port,
            AllowedProxies = settings.Rules.AllowedProxies,
            TrustedClients = settings.Rules.TrustedClients,
            Secret = settings.SecretFile is null ? settings.Rules.Secret : start.Secret,
            SendQuery = start.IsHelperHere, // Otherwise no helper runs here, and silence would be no fault.
        };
    }
}
