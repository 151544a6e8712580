namespace ProxyHelper.Diagnosis;

/// <summary>Whether smtp-gated asks this helper, and takes as many connections as come from one router.</summary>
internal static class SmtpGatedChecks
{
    private const uint EnoughPerHost = 100; // all users of a router count as one host
    private const uint DefaultPerHost = 8;

    /// <summary>Judges the configuration.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <param name="path">Where it is.</param>
    /// <param name="port">The helper's port.</param>
    /// <param name="secret">The helper's secret as it was given; null when it was not.</param>
    public static IEnumerable<Finding> Judge(SmtpGatedConfiguration configuration, string path, int port, uint? secret)
    {
        string edit = $"Set it in {path}, and restart smtp-gated: ";
        yield return configuration.Mode switch
        {
            "remote-udp" => Finding.Passed(CheckNames.Mode, "smtp-gated asks a helper (mode remote-udp)."),
            "remote" => Finding.Warning(
                CheckNames.Mode, "smtp-gated asks a helper over TCP (mode remote), which was not tried.", $"Start the helper with -TcpPort {port} (--tcp-port {port}); or: {edit}mode remote-udp"),
            var other => Finding.Failed(CheckNames.Mode, $"smtp-gated asks no helper: its mode is {(string.IsNullOrEmpty(other) ? "not set" : other)}.", $"{edit}mode remote-udp"),
        };
        yield return configuration.RemotePort is not { } remote
            ? Finding.Warning(CheckNames.GatedPort, "remote_port is not set, or is no port.", $"{edit}remote_port {port}")
            : remote == port
            ? Finding.Passed(CheckNames.GatedPort, $"smtp-gated asks port {port}, the helper's.")
            : Finding.Failed(CheckNames.GatedPort, $"smtp-gated asks port {remote}, and the helper's is {port}.", $"{edit}remote_port {port}; or say -Port {remote}");
        yield return Secret(configuration, secret, edit);
        yield return (configuration.MaximumPerHost ?? DefaultPerHost) >= EnoughPerHost
            ? Finding.Passed(CheckNames.PerHost, $"smtp-gated takes {configuration.MaximumPerHost} connections of one address, which is the router's for all users.")
            : Finding.Warning(
                CheckNames.PerHost,
                $"smtp-gated takes {configuration.MaximumPerHost ?? DefaultPerHost} connections of one address{(configuration.MaximumPerHost is null ? " unless max_per_host is set" : string.Empty)}, and the router's address is that of all users.",
                $"{edit}max_per_host 1000");
    }

    /// <summary>What is said where the configuration is not.</summary>
    public static Finding Absent(SetupRole role, string path, string reason) => Finding.Skipped(
        CheckNames.PerHost,
        reason,
        role == SetupRole.Router
            ? "On the proxy, type: Test-ProxyHelperSetup -Role Proxy and -HelperAddress with this router's address."
            : $"Say where it is: -SmtpGatedConfiguration {path}");

    private static Finding Secret(SmtpGatedConfiguration configuration, uint? given, string edit) => configuration.HasUnreadableSecret
        ? Finding.Warning(CheckNames.GatedSecret, "remote_udp_secret is not one number from 0 to 4294967295.", $"{edit}remote_udp_secret with the helper's number")
        : given is { } secret && secret != (configuration.Secret ?? 0)
        ? Finding.Failed(CheckNames.GatedSecret, "smtp-gated's remote_udp_secret is not the secret that was given.", "Compare the two; both must be the helper's.")
        : Finding.Passed(CheckNames.GatedSecret, configuration.Secret is null ? "smtp-gated sends no secret (0)." : "smtp-gated sends a secret (not shown).");
}
