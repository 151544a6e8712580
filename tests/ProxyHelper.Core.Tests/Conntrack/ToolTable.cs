using ProxyHelper.Conntrack;
using ProxyHelper.TestSupport;

namespace ProxyHelper.Tests.Conntrack;

/// <summary>Fills a conntrack table for tests that read it as the text of the conntrack tool.</summary>
internal static class ToolTable
{
    /// <summary>The status bits of the entries that text can have.</summary>
    public const ConntrackStatus StatusInText = ConntrackStatus.SeenReply | ConntrackStatus.Assured;

    /// <summary>Runs a test in a network namespace that has a real connection and mixed flows.</summary>
    /// <param name="flows">The number of mixed flows.</param>
    /// <param name="body">The test.</param>
    /// <param name="kept">What the kernel keeps for each entry: "acct", "timestamp", or both.</param>
    public static void With(int flows, Action body, params string[] kept)
    {
        Requirement.Tool("conntrack");
        LoopbackTalk.Track(() =>
        {
            Array.ForEach(kept, LoopbackTalk.Keep);
            LoopbackTalk.Talk();
            using ConntrackFixture fixture = ConntrackFixture.Open();
            fixture.Add(MixedFlows.Make(flows));
            body();
        });
    }
}
