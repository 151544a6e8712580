using ProxyHelper.TestSupport;

namespace ProxyHelper.PowerShell.Tests;

/// <summary>A network namespace that is router and proxy at once, with the connections of the classic set-up in its conntrack table.</summary>
internal static class ClassicRouter
{
    /// <summary>The user's connection: 10.1.1.1:10943 -> 4.1.1.1:25, seen as 194.0.1.1:20119 -> 194.0.22.9:9199.</summary>
    public static ConntrackFlow UserConnection { get; } = ConntrackFlow.Tcp(
        "10.1.1.1:10943", "4.1.1.1:25", "194.0.22.9:9199", "194.0.1.1:20119");

    /// <summary>A UDP flow that is translated too.</summary>
    public static ConntrackFlow TranslatedUdp { get; } = ConntrackFlow.Udp(
        "10.1.1.2:5353", "4.1.1.53:53", "4.1.1.53:53", "194.0.1.1:5353");

    /// <summary>A connection that is not translated.</summary>
    public static ConntrackFlow Untranslated { get; } = ConntrackFlow.Tcp("10.1.1.3:1025", "10.2.2.2:22");

    /// <summary>Runs a session in it.</summary>
    public static void Run(Action<EngineSession> body) => NetworkNamespace.Run(
        () =>
        {
            using ConntrackFixture table = ConntrackFixture.Open();
            table.Add(UserConnection, TranslatedUdp, Untranslated);
            using var session = new EngineSession();
            body(session);
        },
        "194.0.1.1",
        "194.0.22.9");
}
