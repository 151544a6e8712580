using System.Globalization;
using ProxyHelper.TestSupport.Pair;
using Xunit;

namespace ProxyHelper.EndToEnd.Pair;

/// <summary>Tests what --check says on the routers of a pair that has the shipped files.</summary>
[Collection(nameof(OneLaboratory))]
public sealed class PairCheckTests(PublishedDaemon daemon)
{
    private const int SeverityWidth = 8, CheckWidth = 24; // the columns of a line
    private const uint ShippedLimit = 2097152;

    // The helper of the laboratory has the port, and no router has smtp-gated.
    private static readonly string[] _others = ["UDP socket", "smtp-gated max_per_host", "Pair HashLimit"];

    [Fact]
    public Task Both_routers_pass_all_checks() => RunAsync(laboratory =>
    {
        Dictionary<string, string> onA = Check(laboratory.A), onB = Check(laboratory.B);

        Assert.Empty(NotPassed(onA));
        Assert.Equal(["UDP answer", "Secret"], NotPassed(onB).Select(entry => entry.Key));
        Assert.Contains("primary router", onA["Pair"], StringComparison.Ordinal);
        Assert.Contains("backup router", onB["Pair"], StringComparison.Ordinal);
        Assert.Contains("1024-32767, and the other router 32768", onA["Pair source ports"], StringComparison.Ordinal);
        Assert.Contains("65535, and the other router 1024-32767", onB["Pair source ports"], StringComparison.Ordinal);
        Assert.Contains("of the other router, ready for a failover", onB["Pair entries"], StringComparison.Ordinal);
        uint maximum = uint.Parse(
            File.ReadAllText("/proc/sys/net/netfilter/nf_conntrack_max"), CultureInfo.InvariantCulture);
        Assert.StartsWith(
            maximum <= ShippedLimit ? "Passed" : "Warning", onA["Pair HashLimit"], StringComparison.Ordinal);
        return Task.CompletedTask;
    });

    [Fact]
    public Task What_is_broken_is_found() => RunAsync(async laboratory =>
    {
        PairedRouter a = laboratory.A, b = laboratory.B;
        a.Cables.Sync.Pull();
        a.Machine.Run("sysctl", "-q", "-w", "net.netfilter.nf_conntrack_tcp_be_liberal=0");
        a.Machine.Run("nft", "delete chain inet proxy_helper_pair pickup");
        a.Machine.Run(
            "nft",
            "flush chain ip proxy_helper_pair postrouting; " +
            "add rule ip proxy_helper_pair postrouting ip daddr 194.0.22.9 tcp dport 9199 snat to 194.0.3.1");
        a.Machine.Run("sed", "-i", "/vrrp_garp_master_refresh/d; s/nopreempt//", "/etc/keepalived/keepalived.conf");
        Dictionary<string, string> onA = Check(a, "--failover-grace", "0", "--allow-absent-address=false");

        Assert.Equal(
            [
                "Pair ARP refresh: Warning", "Pair TCP windows: Warning", "Pair conntrackd: Warning",
                "Pair failover grace: Warning", "Pair helper: Warning", "Pair pick-up: Warning",
                "Pair preemption: Warning", "Pair source ports: Failed",
            ],
            NotPassed(onA).Select(entry => $"{entry.Key}: {entry.Value.Split(' ')[0]}").Order(StringComparer.Ordinal));
        Assert.Contains("heard nothing from the other router", onA["Pair conntrackd"], StringComparison.Ordinal);

        await b.Services.StopConntrackdAsync();
        await b.Services.StopKeepalivedAsync();
        Dictionary<string, string> onB = Check(b, "--peer-ports", "60000-61000");
        Assert.StartsWith("Failed  Pair  ", onB["Pair"], StringComparison.Ordinal);
        Assert.StartsWith("Failed", onB["Pair conntrackd"], StringComparison.Ordinal);
        Assert.Contains("They overlap", onB["Pair source ports"], StringComparison.Ordinal);
    });

    private async Task RunAsync(Func<PairLaboratory, Task> body)
    {
        PairRequirement.Check();
        CancellationToken stop = TestContext.Current.CancellationToken;
        var settings = new PairSettings(daemon.Program) { Connections = 20 };
        using PairLaboratory laboratory = await PairLaboratory.StartAsync(settings, stop);
        await laboratory.WithLogsAsync(body, stop);
    }

    /// <summary>Returns the lines of the check by the names of their checks.</summary>
    private Dictionary<string, string> Check(PairedRouter router, params string[] arguments)
    {
        // A check that failed makes the exit status 1.
        string output = router.Machine.Run(
        [
            "bash", "-c", "\"$@\" || (($? == 1))", "-",
            daemon.Program, "-c", "/etc/proxy-helper.conf", "--check", .. arguments,
        ]);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .GroupBy(line => line[SeverityWidth..(SeverityWidth + CheckWidth)].TrimEnd())
            .ToDictionary(lines => lines.Key, lines => lines.First());
    }

    private static IEnumerable<KeyValuePair<string, string>> NotPassed(Dictionary<string, string> lines) => lines
        .Where(entry => !entry.Value.StartsWith("Passed", StringComparison.Ordinal) && !_others.Contains(entry.Key));
}
