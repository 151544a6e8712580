using System.Globalization;
using System.Text.RegularExpressions;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.EndToEnd;

/// <summary>Tests that the benchmarks run and that the replies are correct. No test depends on the speed.</summary>
public sealed partial class BenchmarkTests(PublishedDaemon daemon)
{
    [Theory]
    [InlineData("1")]
    [InlineData("64")]
    public async Task The_responder_benchmark_counts_correct_replies_and_no_wrong_reply(string window)
    {
        Requirement.Root();
        Requirement.Tool("ip");
        Assert.SkipUnless(Environment.ProcessorCount > 1, "needs two processors");

        using var benchmark = BenchmarkProgram.Start(
            "responder", "--daemon", daemon.Program, "--against", "none", "--flows", "100", "--misses", "50",
            "--window", window, "--rounds", "1", "--seconds", "0.2");

        Assert.True(await benchmark.ExitAsync() == 0, benchmark.Output);
        Match daemonLine = DaemonLine().Match(benchmark.Output);
        string right = daemonLine.Groups["right"].Value;
        Assert.True(long.Parse(right, NumberStyles.AllowThousands, CultureInfo.InvariantCulture) > 0);
        Assert.Equal("0", daemonLine.Groups["wrong"].Value);
    }

    [Fact]
    public async Task The_listing_benchmark_lists_every_entry_in_each_way()
    {
        Requirement.Root();
        Requirement.Tool("ip");
        Requirement.Tool("conntrack");

        using var benchmark = BenchmarkProgram.Start("listing", "--entries", "1500", "--rounds", "1");

        Assert.True(await benchmark.ExitAsync() == 0, benchmark.Output);
        (string, string)[] counts = [.. CountLine().Matches(benchmark.Output)
            .Select(line => (line.Groups["name"].Value, line.Groups["count"].Value))];
        Assert.Equal(
            [
                ("look-ups, small", "100,000"), ("cmdlet, small", "1,000"), ("core", "1,500"), ("conntrack", "1,500"),
                ("cmdlet", "1,500"), ("core, one user", "1"), ("conntrack -s", "1"), ("look-ups", "100,000"),
            ],
            counts);
    }

    [Fact]
    public async Task The_import_benchmark_imports_the_module_and_an_empty_module()
    {
        using var benchmark = BenchmarkProgram.Start("import", "--rounds", "1");

        Assert.True(await benchmark.ExitAsync() == 0, benchmark.Output);
        Assert.Matches(@"(?m)^import ms( +[\d,.]+){2} +[+-][\d.]+ +\+150\r?$", benchmark.Output);
    }

    [Fact]
    public async Task The_relay_benchmark_relays_every_connection_next_to_HAProxy()
    {
        Requirement.Root();
        Requirement.Tool("haproxy");
        Requirement.Tool("gcc");
        Assert.SkipUnless(Environment.ProcessorCount > 1, "needs two processors");

        using var benchmark = BenchmarkProgram.Start(
            "relay", "--daemon", daemon.Program, "--idle", "100", "--streams", "10", "--rounds", "1",
            "--seconds", "0.2");

        Assert.True(await benchmark.ExitAsync() == 0, benchmark.Output);
        string[] rows = [.. RelayLine().Matches(benchmark.Output).Select(line => line.Groups["name"].Value)];
        Assert.Equal(
            [
                "us of CPU for a connection", "connections/s", "p99 ms of a connection", "s of CPU for a GB, 1 up",
                "s of CPU for a GB, 1 down", "s of CPU for a GB, 10 up", "Gbit/s, 1 up", "Gbit/s, 1 down",
                "Gbit/s, 10 up", "KiB for an idle connection",
            ],
            rows);
    }

    [Theory]
    [InlineData]
    [InlineData("responder", "--window")]
    [InlineData("responder", "--window", "0")]
    [InlineData("responder", "--against", "nobody")]
    [InlineData("responder", "--speed", "1")]
    [InlineData("listing", "--entries", "0")]
    [InlineData("listing", "--flows", "1")]
    [InlineData("import", "--entries", "1")]
    [InlineData("scaling", "--routers")]
    [InlineData("scaling", "--routers", "0")]
    [InlineData("scaling", "--routers", "1001")]
    [InlineData("scaling", "--routers", "ten")]
    [InlineData("scaling", "--routers", "1", "--routers", "2")]
    [InlineData("scaling", "--proxies", "-1")]
    [InlineData("scaling", "--connections", "99999999999999999999")]
    [InlineData("scaling", "--duration", "0")]
    [InlineData("scaling", "--duration", "NaN")]
    [InlineData("scaling", "--duration", "1e9")]
    [InlineData("scaling", "--time-wait", "3601")]
    [InlineData("scaling", "--other", "10000001")]
    [InlineData("scaling", "--entries", "1")]
    [InlineData("scaling", "10")]
    [InlineData("scaling", "measure", "--entries", "1000001")]
    [InlineData("scaling", "measure", "--buckets", "1")]
    [InlineData("scaling", "measure", "--routers", "1")]
    [InlineData("failover", "--cases", "earthquake")]
    [InlineData("failover", "--rounds", "0")]
    [InlineData("relay", "--idle", "0")]
    [InlineData("relay", "--against", "squid")]
    public async Task Invalid_arguments_write_the_usage(params string[] arguments)
    {
        using var benchmark = BenchmarkProgram.Start(arguments);

        Assert.Equal(2, await benchmark.ExitAsync());
        Assert.Contains("ProxyHelper.Benchmarks responder [OPTION VALUE]", benchmark.Output, StringComparison.Ordinal);
        Assert.Contains("ProxyHelper.Benchmarks listing [OPTION VALUE]", benchmark.Output, StringComparison.Ordinal);
        Assert.Contains("ProxyHelper.Benchmarks import [OPTION VALUE]", benchmark.Output, StringComparison.Ordinal);
        Assert.Contains("ProxyHelper.Benchmarks relay [OPTION VALUE]", benchmark.Output, StringComparison.Ordinal);
        Assert.Contains("ProxyHelper.Benchmarks scaling [OPTION VALUE]", benchmark.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", benchmark.Output, StringComparison.Ordinal);
    }

    /// <summary>Matches a line in the table of medians: rate, latencies, memory, replies.</summary>
    [GeneratedRegex(@"^daemon( +[\d,.]+){4} +(?<right>[\d,]+) +(?<wrong>[\d,]+) +[\d,]+\r?$", RegexOptions.Multiline)]
    private static partial Regex DaemonLine();

    /// <summary>Matches a line of a round: what was measured, and the number of entries.</summary>
    [GeneratedRegex(@"^round 1: (?<name>\S.*?) +(?<count>[\d,]+) entries +[\d,.]+ ms\r?$", RegexOptions.Multiline)]
    private static partial Regex CountLine();

    /// <summary>Matches a line in the table of the relay's medians: with queries, without, and of HAProxy.</summary>
    [GeneratedRegex(@"^(?<name>\S.*?)( +-?[\d,]+\.\d{3}){3}\r?$", RegexOptions.Multiline)]
    private static partial Regex RelayLine();
}
