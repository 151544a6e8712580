namespace ProxyHelper.Diagnosis;

/// <summary>
/// Checks whether smtp-gated asks this helper, and accepts as many connections as come from one router.
/// </summary>
/// <param name="path">The path of smtp-gated's configuration.</param>
/// <param name="words">The words of the caller.</param>
internal sealed class SmtpGatedChecks(string path, CallerWords words)
{
    private const uint EnoughPerHost = 100; // all users of a router count as one host
    private const uint DefaultPerHost = 8;

    private string Edit => $"Set this in {path} and restart smtp-gated: ";

    /// <summary>Judges the configuration.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <param name="port">The port of the helper.</param>
    /// <param name="secret">The given secret of the helper, or null if no secret was given.</param>
    public IEnumerable<Finding> Judge(SmtpGatedConfiguration configuration, int port, uint? secret) =>
    [
        JudgeMode(configuration.Mode, port),
        JudgePort(configuration.RemotePort, port),
        JudgeSecret(configuration, secret),
        JudgeLimit(configuration.MaximumPerHost),
    ];

    /// <summary>Returns the finding if the configuration cannot be checked.</summary>
    public Finding Absent(SetupRole role, string reason) => Finding.Skipped(
        CheckNames.PerHost,
        reason,
        words.ForProxy(role)?.GiveSmtpGatedConfiguration(path) ?? words.CheckProxy);

    private Finding JudgeMode(string? mode, int port) => mode switch
    {
        "remote-udp" => Finding.Passed(CheckNames.Mode, "smtp-gated asks a helper over UDP (mode remote-udp)."),
        "remote" => Finding.Warning(
            CheckNames.Mode,
            "smtp-gated asks a helper over TCP (mode remote), which this check does not try.",
            $"To answer over TCP, start the helper with {words.TcpPortOption} {port}. For UDP: {Edit}mode remote-udp"),
        _ => Finding.Failed(
            CheckNames.Mode,
            $"smtp-gated asks no helper: its mode is {(string.IsNullOrEmpty(mode) ? "not set" : mode)}.",
            $"{Edit}mode remote-udp"),
    };

    private Finding JudgePort(ushort? remotePort, int port) => remotePort is not { } remote
        ? Finding.Warning(
            CheckNames.GatedPort, "remote_port is not set, or is not a port.", $"{Edit}remote_port {port}")
        : remote == port
        ? Finding.Passed(CheckNames.GatedPort, $"smtp-gated asks port {port}, which is the port of the helper.")
        : Finding.Failed(
            CheckNames.GatedPort,
            $"smtp-gated asks port {remote}, but the port of the helper is {port}.",
            $"{Edit}remote_port {port}; or use {words.PortOption} {remote}");

    private Finding JudgeSecret(SmtpGatedConfiguration configuration, uint? given) => configuration.HasUnreadableSecret
        ? Finding.Warning(
            CheckNames.GatedSecret,
            "remote_udp_secret is not one number from 0 to 4294967295.",
            $"{Edit}remote_udp_secret with the number of the helper")
        : given is { } secret && secret != (configuration.Secret ?? 0)
        ? Finding.Failed(
            CheckNames.GatedSecret,
            "smtp-gated's remote_udp_secret differs from the given secret.",
            "Compare the two secrets. Both must be the secret of the helper.")
        : Finding.Passed(
            CheckNames.GatedSecret,
            configuration.Secret is null
                ? "smtp-gated sends no secret (0)."
                : "smtp-gated sends a secret (not shown).");

    private Finding JudgeLimit(uint? maximum) => maximum >= EnoughPerHost
        ? Finding.Passed(
            CheckNames.PerHost,
            $"smtp-gated accepts {maximum} connections from one address. All users of a router share its address.")
        : Finding.Warning(
            CheckNames.PerHost,
            $"smtp-gated accepts {maximum ?? DefaultPerHost} connections from one address" +
            $"{(maximum is null ? ", the default of max_per_host" : string.Empty)}. " +
            "All users of a router share its address.",
            $"{Edit}max_per_host 1000");
}
