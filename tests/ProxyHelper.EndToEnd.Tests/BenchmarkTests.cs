using System.Globalization;
using System.Text.RegularExpressions;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.EndToEnd;

/// <summary>That the benchmarks can be run, and that what they measure are right answers. How fast they are is no matter of a test.</summary>
public sealed partial class BenchmarkTests(PublishedDaemon daemon)
{
    private static readonly string _program =
        Path.Combine(Repository.Root, "tests/ProxyHelper.Benchmarks/bin/Release/net10.0/ProxyHelper.Benchmarks");

    [Theory]
    [InlineData("1")]
    [InlineData("64")]
    public async Task It_counts_right_answers_of_the_daemon_and_no_wrong_one(string window)
    {
        Requirement.Root();
        Requirement.Tool("ip");
        Assert.SkipUnless(Environment.ProcessorCount > 1, "needs two processors");

        using var benchmark = RunningProgram.Start(
            _program, "responder", "--daemon", daemon.Program, "--against", "none", "--flows", "100", "--misses", "50",
            "--window", window, "--rounds", "1", "--seconds", "0.2");

        Assert.True(await benchmark.ExitAsync() == 0, benchmark.Output);
        Match daemonLine = DaemonLine().Match(benchmark.Output);
        Assert.True(long.Parse(daemonLine.Groups["right"].Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture) > 0);
        Assert.Equal("0", daemonLine.Groups["wrong"].Value);
    }

    [Fact]
    public async Task It_lists_as_many_entries_as_there_are_in_every_way()
    {
        Requirement.Root();
        Requirement.Tool("ip");
        Requirement.Tool("conntrack");

        using var benchmark = RunningProgram.Start(_program, "listing", "--entries", "1500", "--rounds", "1");

        Assert.True(await benchmark.ExitAsync() == 0, benchmark.Output);
        (string, string)[] counts = [.. CountLine().Matches(benchmark.Output).Select(line => (line.Groups["name"].Value, line.Groups["count"].Value))];
        Assert.Equal(
            [
                ("look-ups, small", "100,000"), ("cmdlet, small", "1,000"), ("core", "1,500"), ("conntrack", "1,500"), ("cmdlet", "1,500"),
                ("core, one user", "1"), ("conntrack -s", "1"), ("look-ups", "100,000"),
            ],
            counts);
    }

    [Fact]
    public async Task It_imports_the_module_and_an_empty_one_beside_it()
    {
        using var benchmark = RunningProgram.Start(_program, "import", "--rounds", "1");

        Assert.True(await benchmark.ExitAsync() == 0, benchmark.Output);
        Assert.Matches(@"(?m)^import ms( +[\d,.]+){2} +[+-][\d.]+ +\+150\r?$", benchmark.Output);
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
    public async Task Wrong_arguments_get_the_usage(params string[] arguments)
    {
        using var benchmark = RunningProgram.Start(_program, arguments);

        Assert.Equal(2, await benchmark.ExitAsync());
        Assert.Contains("ProxyHelper.Benchmarks responder [OPTION VALUE]", benchmark.Output, StringComparison.Ordinal);
        Assert.Contains("ProxyHelper.Benchmarks listing [OPTION VALUE]", benchmark.Output, StringComparison.Ordinal);
        Assert.Contains("ProxyHelper.Benchmarks import [OPTION VALUE]", benchmark.Output, StringComparison.Ordinal);
    }

    /// <summary>The line of the table of medians: rate, latencies, memory, answers.</summary>
    [GeneratedRegex(@"^daemon( +[\d,.]+){4} +(?<right>[\d,]+) +(?<wrong>[\d,]+) +[\d,]+\r?$", RegexOptions.Multiline)]
    private static partial Regex DaemonLine();

    /// <summary>A line of a round: what was measured, and how many entries it had.</summary>
    [GeneratedRegex(@"^round 1: (?<name>\S.*?) +(?<count>[\d,]+) entries +[\d,.]+ ms\r?$", RegexOptions.Multiline)]
    private static partial Regex CountLine();
}
