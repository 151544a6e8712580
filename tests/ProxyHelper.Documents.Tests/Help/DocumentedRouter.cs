namespace ProxyHelper.Documents.Help;

/// <summary>
/// Runs examples on the router, in a folder with the files that they name. A responder has answered one query, except
/// for the page about starting a responder. The page about the whole set-up gets a router with its firewall rules. The
/// pages about relays get a relay.
/// </summary>
internal static class DocumentedRouter
{
    private const string SavedTable =
        "tcp      6 431999 ESTABLISHED src=10.1.1.1 dst=4.1.1.1 sport=10943 dport=25 "
        + "src=194.0.22.9 dst=194.0.1.1 sport=9199 dport=20119 [ASSURED] mark=0 use=1\n"
        + "udp      17 29 src=10.1.1.2 dst=4.1.1.53 sport=5353 dport=53 [UNREPLIED] "
        + "src=4.1.1.53 dst=194.0.1.1 sport=53 dport=5353 mark=0 use=1";

    private const string SavedStates =
        "all tcp 198.51.100.9:9199 (192.0.2.25:25) <- 10.1.1.1:10943       ESTABLISHED:ESTABLISHED\n"
        + "all tcp 203.0.113.1:20119 (10.1.1.1:10943) -> 198.51.100.9:9199       ESTABLISHED:ESTABLISHED\n";

    private const string StartRelay =
        "Start-ProxyRelay 194.0.22.9:9199 127.0.0.1:3128 194.0.1.1 -AllowedPort 80 -MaxConnections 100";

    /// <summary>Runs a session on the router for the page of a cmdlet.</summary>
    public static void Run(string command, Action<EngineSession> body)
    {
        switch (command)
        {
            case "Start-ProxyHelper" or "Start-ProxyRelay":
                RouterSession.Run(session => InFolder(session, body));
                break;
            case "Get-ProxyRelay" or "Stop-ProxyRelay":
                RouterSession.Run(session => InFolder(session, one =>
                {
                    one.Run("$null = " + StartRelay);
                    body(one);
                }));
                break;
            case "Test-ProxyHelperSetup":
                RouterSession.RunWithRules(session => InFolder(session, one =>
                {
                    one.Run("$null = Start-ProxyHelper 194.0.1.1");
                    body(one);
                }));
                break;
            default:
                RouterSession.Run(session => InFolder(session, one =>
                {
                    StartResponder(one, command == "Test-ProxyHelper" ? "-TcpPort 114" : string.Empty);
                    body(one);
                }));
                break;
        }
    }

    private static void InFolder(EngineSession session, Action<EngineSession> body)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("proxy-helper-");
        try
        {
            Fill(folder);
            session.Run("$null = $ExecutionContext.SessionState.Path.SetLocation($args[0])", folder.FullName);
            body(session);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Fill(DirectoryInfo folder)
    {
        File.WriteAllText(Path.Combine(folder.FullName, "conntrack.txt"), SavedTable);
        File.WriteAllText(Path.Combine(folder.FullName, "pf.txt"), SavedStates);
        string secret = Path.Combine(folder.FullName, "proxy-helper.secret");
        File.WriteAllText(secret, "12345\n");
        File.WriteAllText(Path.Combine(folder.FullName, "smtp-gated.conf"), "mode remote-udp\nremote_port 114\n");
        File.SetUnixFileMode(secret, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private static void StartResponder(EngineSession session, string parameters)
    {
        session.One($"Start-ProxyHelper 194.0.1.1 {parameters}");
        Assert.Equal(true, session
            .One("Test-ProxyHelper 194.0.1.1 -Source 194.0.1.1:20119 -Destination 194.0.22.9:9199 -Quiet"));
        // The counts follow the answer.
        Assert.True(SpinWait.SpinUntil(
            () => session.One("Get-ProxyHelper | ForEach-Object { $_.Queries -eq 1 -and $_.Found -eq 1 }").Equals(true),
            TimeSpan.FromMinutes(1)));
    }
}
