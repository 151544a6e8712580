namespace ProxyHelper.Diagnosis;

/// <summary>
/// Checks whether smtp-gated asks this helper, and accepts as many connections as come from one router.
/// </summary>
/// <param name="path">The path of smtp-gated's configuration.</param>
/// <param name="words">The words of the caller.</param>
internal sealed class SmtpGatedChecks(string path, CallerWords words)
{
    private const uint EnoughPerHost = 100; // all users of a router count as one host

    private string Edit => $"Set this in {path} and restart smtp-gated: ";

    /// <summary>Judges the configuration.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <param name="port">The port of the helper.</param>
    /// <param name="secret">The given secret of the helper, or null if no secret was given.</param>
    public IEnumerable<Finding> Judge(SmtpGatedConfiguration configuration, int port, uint? secret) =>
    [
        .. JudgeFile(configuration),
        JudgeMode(configuration, port),
        JudgePort(configuration, port),
        JudgeSecret(configuration, secret),
        JudgeLimit(configuration),
    ];

    /// <summary>Returns the finding if the configuration cannot be checked.</summary>
    /// <param name="role">The role of this host.</param>
    /// <param name="reason">The reason, as a sentence.</param>
    /// <param name="isRequired">Whether somebody gave the path, so that a typing error must not go unnoticed.</param>
    public Finding Absent(SetupRole role, string reason, bool isRequired) => isRequired
        ? Finding.Failed(
            CheckNames.GatedFile, reason, "Correct the path. To look for the file, run: ls -l /etc/smtp-gated*")
        : Finding.Skipped(
            CheckNames.PerHost,
            reason,
            words.ForProxy(role)?.GiveSmtpGatedConfiguration(path) ?? words.CheckProxy);

    private Finding[] JudgeFile(SmtpGatedConfiguration configuration) =>
        configuration.FaultOf(SmtpGatedConfiguration.NoName) is { } fault
        ? [NoStart(CheckNames.GatedFile, fault, $"Correct the line. 'smtp-gated -t {path}' checks the file.")]
        : [];

    private Finding JudgeMode(SmtpGatedConfiguration configuration, int port) =>
        configuration.FaultOf(SmtpGatedConfiguration.ModeName) is { } fault
        ? NoStart(CheckNames.Mode, fault, $"{Edit}mode remote-udp")
        : configuration.Mode switch
        {
            "remote-udp" => Finding.Passed(CheckNames.Mode, "smtp-gated asks a helper over UDP (mode remote-udp)."),
            "remote" => Finding.Warning(
                CheckNames.Mode,
                "smtp-gated asks a helper over TCP (mode remote), which this check does not try.",
                $"To answer over TCP, start the helper with {words.TcpPortOption} {port}. " +
                $"For UDP: {Edit}mode remote-udp"),
            [>= '0' and <= '9' or '-' or '+', ..] and var number => Finding.Warning(
                CheckNames.Mode,
                $"The mode is the number {number}. Which mode it is depends on the build of smtp-gated.",
                $"{Edit}mode remote-udp"),
            var mode => Finding.Failed(
                CheckNames.Mode,
                configuration.TextOf(SmtpGatedConfiguration.ModeName) is null
                    ? "smtp-gated asks no helper: its mode is not set."
                    : $"smtp-gated asks no helper: its mode is {mode}.",
                $"{Edit}mode remote-udp"),
        };

    private Finding JudgePort(SmtpGatedConfiguration configuration, int port)
    {
        if (configuration.FaultOf(SmtpGatedConfiguration.RemotePortName) is { } fault)
        {
            return NoStart(CheckNames.GatedPort, fault, $"{Edit}remote_port {port}");
        }

        ushort remote = configuration.RemotePort;
        string? text = configuration.TextOf(SmtpGatedConfiguration.RemotePortName);
        string octal = IsOctal(text) ? $" smtp-gated reads {text} as an octal number, because it begins with 0." : "";
        string source = text is null ? ", the default of remote_port" : string.Empty;
        return remote != port
            ? Finding.Failed(
                CheckNames.GatedPort,
                $"smtp-gated asks port {remote}{source}, but the port of the helper is {port}.{octal}",
                $"{Edit}remote_port {port}; or use {words.PortOption} {remote}")
            : octal.Length > 0
            ? Finding.Warning(
                CheckNames.GatedPort,
                $"smtp-gated asks port {remote}.{octal}",
                $"{Edit}remote_port {text!.TrimStart('0')}; or remote_port {remote}, if that port is right.")
            : Finding.Passed(
                CheckNames.GatedPort,
                $"smtp-gated asks port {remote}{source}{(source.Length > 0 ? ". This" : ", which")} " +
                "is the port of the helper.");
    }

    private static bool IsOctal(string? text) => text is ['0', >= '0' and <= '9', ..];

    private Finding JudgeSecret(SmtpGatedConfiguration configuration, uint? given) =>
        configuration.FaultOf(SmtpGatedConfiguration.SecretName) is { } fault
        ? NoStart(CheckNames.GatedSecret, fault, $"{Edit}remote_udp_secret with the number of the helper")
        : given is { } secret && secret != configuration.Secret
        ? Finding.Failed(
            CheckNames.GatedSecret,
            (configuration.Secret, secret) switch
            {
                (0, _) => "smtp-gated sends no secret, but a secret was given for the helper.",
                (_, 0) => "smtp-gated sends a secret, but the helper has none.",
                _ => "smtp-gated's remote_udp_secret differs from the given secret.",
            } + OctalSecret(configuration),
            "Compare the two secrets. Both must be the secret of the helper.")
        : OctalSecret(configuration) is { Length: > 0 } octal
        ? Finding.Warning(
            CheckNames.GatedSecret,
            $"smtp-gated sends {(configuration.Secret == 0 ? "no secret (0)" : "a secret (not shown)")}.{octal}",
            $"{Edit}remote_udp_secret with the number of the helper, without a 0 in front")
        : Finding.Passed(
            CheckNames.GatedSecret,
            configuration.Secret == 0 ? "smtp-gated sends no secret (0)." : "smtp-gated sends a secret (not shown).");

    private static string OctalSecret(SmtpGatedConfiguration configuration) =>
        configuration.TextOf(SmtpGatedConfiguration.SecretName) is { } text
        && IsOctal(text)
        && text.Trim('0').Length > 0
        ? " smtp-gated reads the number as octal, because it begins with 0."
        : string.Empty;

    private Finding JudgeLimit(SmtpGatedConfiguration configuration)
    {
        if (configuration.FaultOf(SmtpGatedConfiguration.MaxPerHostName) is { } fault)
        {
            return NoStart(CheckNames.PerHost, fault, $"{Edit}max_per_host 1000");
        }

        uint maximum = configuration.MaxPerHost;
        string? text = configuration.TextOf(SmtpGatedConfiguration.MaxPerHostName);
        string source = text is null ? ", the default of max_per_host" : IsOctal(text) ? $" ({text} is octal)" : "";
        return maximum switch
        {
            0 => Finding.Failed(
                CheckNames.PerHost, "smtp-gated rejects all connections (max_per_host 0).", $"{Edit}max_per_host 1000"),
            >= EnoughPerHost => Finding.Passed(
                CheckNames.PerHost,
                $"smtp-gated accepts {maximum} connections from one address{source}. " +
                "All users of a router share its address."),
            _ => Finding.Warning(
                CheckNames.PerHost,
                $"smtp-gated accepts {maximum} connections from one address{source}. " +
                "All users of a router share its address.",
                $"{Edit}max_per_host 1000"),
        };
    }

    /// <summary>Returns the finding that a line keeps smtp-gated from starting.</summary>
    private Finding NoStart(string check, SmtpGatedFault fault, string action) => Finding.Failed(
        check,
        $"smtp-gated does not start with {path}. Line {fault.Line}: {fault.Name} {fault.Reason}.{Hint(fault)}",
        action);

    private static string Hint(SmtpGatedFault fault) => fault.Reason.AsSpan().ContainsAny('#', ';')
        ? " Text behind a value is part of the value. A comment must have a line of its own."
        : string.Empty;
}
