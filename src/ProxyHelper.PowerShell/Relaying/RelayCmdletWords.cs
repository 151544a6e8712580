using ProxyHelper.Diagnosis.Relay;

namespace ProxyHelper.PowerShell;

/// <summary>Contains the words of the cmdlets for the findings about a relay.</summary>
internal static class RelayCmdletWords
{
    /// <summary>Gets the words.</summary>
    public static RelayWords Instance { get; } = new()
    {
        GiveRouter =
            "Give the address of the router, which the relay sees as the client: " +
            "Test-ProxyHelperSetup -Role Relay -HelperAddress 194.0.1.1",
        GiveTarget = "Start a relay in this session, or give its target: -Target 127.0.0.1:3128",
        SecretFileOption = "-SecretFile",
        ProxyProtocolOption = "-ProxyProtocol",
        MaxConnectionsOption = "-MaxConnections",
        RaiseDescriptorLimit = needed => $"Run 'ulimit -n {needed}' before the shell starts.",
        ListHelpers = "Get-ProxyHelper",
        ReadCounters = CmdletWords.ReadCounters,
        CheckRouter = relay =>
            "On the router, run 'Test-ProxyHelperSetup -Role Router -Proxy " +
            $"{relay?.ToString() ?? "194.0.22.9:9199"} -SmtpPort 80' for each port that DNAT translates.",
    };
}
