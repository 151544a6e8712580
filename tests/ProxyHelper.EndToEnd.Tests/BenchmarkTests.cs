using System.Globalization;
using System.Text.RegularExpressions;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.EndToEnd;

/// <summary>That the benchmark can be run, and that what it measures are right answers. How fast they are is no matter of a test.</summary>
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

    [Theory]
    [InlineData]
    [InlineData("responder", "--window")]
    [InlineData("responder", "--window", "0")]
    [InlineData("responder", "--against", "nobody")]
    [InlineData("responder", "--speed", "1")]
    public async Task Wrong_arguments_get_the_usage(params string[] arguments)
    {
        using var benchmark = RunningProgram.Start(_program, arguments);

        Assert.Equal(2, await benchmark.ExitAsync());
        Assert.Contains("ProxyHelper.Benchmarks responder [OPTION VALUE]", benchmark.Output, StringComparison.Ordinal);
    }

    /// <summary>The line of the table of medians: rate, latencies, memory, answers.</summary>
    [GeneratedRegex(@"^daemon( +[\d,.]+){4} +(?<right>[\d,]+) +(?<wrong>[\d,]+) +[\d,]+\r?$", RegexOptions.Multiline)]
    private static partial Regex DaemonLine();
}
