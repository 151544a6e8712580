using System.Net;
using ProxyHelper.Addresses;
using ProxyHelper.Diagnosis;
using ProxyHelper.Diagnosis.Relay;

namespace ProxyHelper.Daemon.Relay;

/// <summary>
/// Checks whether the relay can start, and whether its routers, their helpers and the proxy are ready. The check
/// changes nothing, and relays no connection.
/// </summary>
internal static class RelayCheck
{
    private static readonly RelayWords _words = new()
    {
        GiveRouter = "Give the address of the router: --router 194.0.1.1",
        GiveTarget = "Give the proxy: --to 127.0.0.1:3128 or --to unix:/run/proxy.sock",
        SecretFileOption = "--secret-file",
        ProxyProtocolOption = "--proxy-protocol",
        MaxConnectionsOption = "--max-connections",
        RaiseDescriptorLimit = needed =>
            $"Set LimitNOFILE={needed} in the unit (systemctl edit proxy-helper-relay), or run 'ulimit -n {needed}' as "
            + "root before the start.",
        ListHelpers = "systemctl status proxy-helper",
        ReadCounters =
            "On the router, run: systemctl kill -s USR1 proxy-helper; journalctl -u proxy-helper -g Counters -n 1. "
            + "If 'refused' grows with each check, correct --allow and the secret there. If nothing grows, a firewall "
            + "drops the query.",
        CheckRouter = _ => "On the router, run: proxy-helper -c /etc/proxy-helper.conf --check",
    };

    /// <summary>Writes a line for each finding.</summary>
    /// <returns>Whether no check failed.</returns>
    public static bool Run(RelaySettings settings, TextWriter output)
    {
        var start = new RelayStartChecks(settings);
        bool isWell = FindingText.Write(start.Run(), output);
        RelaySetup setup = RelaySetup.Of(settings.Options, settings.Rules) with
        {
            Secret = settings.SecretFile is null ? 0 : start.Secret,
        };
        return FindingText.Write(RelayInspection.Run(setup, _words, CancellationToken.None), output) && isWell;
    }

    /// <summary>Tries the steps of a start of the relay.</summary>
    private sealed class RelayStartChecks(RelaySettings settings) : StartChecks<RelaySettings>(settings)
    {
        /// <inheritdoc/>
        protected override IEnumerable<Finding> TrySockets()
        {
            foreach (IPEndPoint endPoint in Settings.InheritedSockets.Count > 0 ? [] : Settings.Options.Listen)
            {
                yield return TryBind(
                    "TCP socket", endPoint, IPProtocol.Tcp, Settings.Options.AllowAbsentAddresses);
            }
        }

        /// <inheritdoc/>
        protected override IEnumerable<Finding> JudgeOwn()
        {
            if (Settings.Rules.AllowedPorts.Count == 0)
            {
                yield return Finding.Warning(
                    "Allowed ports",
                    "'allow-port' is missing: connections to every original port are relayed.",
                    "Give each port that the router redirects with --allow-port.");
            }

            // Root may use every socket, so the check of the target cannot see what another user lacks.
            if (Settings.Options.Target.Path is { } path && Environment.IsPrivilegedProcess && !IsOpenToAll(path))
            {
                yield return Finding.Warning(
                    "Unix socket",
                    $"This check runs as root, but not every user may use {path}. The service runs as another user.",
                    $"To see the group, run: ls -ld {Path.GetDirectoryName(path)} {path}. Then run 'systemctl edit "
                        + "proxy-helper-relay', and add the lines '[Service]' and 'SupplementaryGroups=GROUP'.");
            }
        }

        private static bool IsOpenToAll(string path)
        {
            try
            {
                return (File.GetUnixFileMode(path) & UnixFileMode.OtherWrite) != 0
                    && Folders(path).All(folder => (File.GetUnixFileMode(folder) & UnixFileMode.OtherExecute) != 0);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                return true; // the check of the target names this failure
            }
        }

        private static IEnumerable<string> Folders(string path)
        {
            for (string? next = Path.GetDirectoryName(path); next is not null; next = Path.GetDirectoryName(next))
            {
                yield return next;
            }
        }
    }
}
