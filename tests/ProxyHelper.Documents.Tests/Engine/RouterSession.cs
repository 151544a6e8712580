namespace ProxyHelper.Documents.Engine;

/// <summary>Runs sessions on the router of the classic set-up.</summary>
internal static class RouterSession
{
    /// <summary>Runs a session on the router, which is the proxy, too.</summary>
    /// <param name="body">The body.</param>
    /// <param name="moreAddresses">Addresses that the router has in addition.</param>
    public static void Run(Action<EngineSession> body, params string[] moreAddresses) =>
        RouterFixture.Run(RouterFixture.Flows, moreAddresses, _ =>
        {
            using var session = new EngineSession();
            body(session);
        });

    /// <summary>Runs a session on the router with its firewall rules. The proxy is another host.</summary>
    public static void RunWithRules(Action<EngineSession> body) => RouterFixture.RunWithRules(() =>
    {
        using var session = new EngineSession();
        body(session);
    });
}
