using System.Runtime.InteropServices;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.EndToEnd.Relay.Service;

/// <summary>Tests the privileges of the running relay. The kernel reports those of each thread.</summary>
[Trait("Promise", "few-privileges")]
public sealed class RelayPrivilegeTests(PublishedDaemon daemon)
{
    private const string None = "0000000000000000";

    [Fact]
    public async Task As_another_user_the_relay_has_no_capability_and_relays()
    {
        using ServiceSite site = await ServiceSite.StartAsync(daemon);
        using RunningProgram relay = await site.StartRelayAsync(
            "-u", "nobody", "--workers", "2", "--drain", "0", "--metrics", "127.0.0.1:9115");

        (await site.RelayOneAsync()).User.Dispose();

        string id = Tool.Run("id", "-u", "nobody").Trim();
        string[] threads = Directory.GetDirectories($"/proc/{relay.Id}/task");
        Assert.NotEmpty(threads);
        foreach (string thread in threads)
        {
            Dictionary<string, string> status = ReadStatus(thread);
            Assert.Equal([id, id, id, id], status["Uid"].Split('\t'));
            Assert.Equal(string.Empty, status["Groups"]);
            string[] sets = ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"];
            Assert.All(sets, set => Assert.Equal(None, status[set]));
            Assert.Equal("1", status["NoNewPrivs"]);
        }

        relay.Signal(PosixSignal.SIGTERM);
        Assert.Equal(0, await relay.ExitAsync());
    }

    private static Dictionary<string, string> ReadStatus(string thread) => File.ReadAllLines($"{thread}/status")
        .Select(line => line.Split(':', 2)).ToDictionary(parts => parts[0], parts => parts[1].Trim());
}
