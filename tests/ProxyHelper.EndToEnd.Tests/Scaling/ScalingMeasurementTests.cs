using System.Globalization;
using System.Text.RegularExpressions;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.EndToEnd.Scaling;

/// <summary>Tests that the constants of the model can be measured. No test depends on the speed.</summary>
public sealed partial class ScalingMeasurementTests(PublishedDaemon daemon)
{
    private const int Entries = 1000;

    [Fact]
    public async Task Two_routers_synchronize_every_entry_and_every_connection_and_leave_nothing_behind()
    {
        Requirement.Root();
        Requirement.Tool("conntrackd");
        Requirement.Tool("nft");
        Assert.SkipUnless(Environment.ProcessorCount > 1, "needs two processors");

        using var measurement = BenchmarkProgram.Start(
            "scaling", "measure", "--entries", $"{Entries}", "--rounds", "1", "--daemon", daemon.Program);

        Assert.True(await measurement.ExitAsync() == 0, measurement.Output);
        Dictionary<string, double> values = Row().Matches(measurement.Output)
            .GroupBy(row => row.Groups["name"].Value)
            .ToDictionary(rows => rows.Key, rows => rows.Min(Value));

        // A message of conntrackd about an entry has at least 80 bytes. A connection causes more than one message.
        Assert.InRange(values["sync B"], 80, 1000);
        Assert.InRange(values["resync B"], 80, 1000);
        Assert.InRange(values["sync packets"], 0.01, 20);
        Assert.All(
            ["active us of CPU", "standby us of CPU", "query us of CPU", "commit s of CPU", "commit s", "resync s"],
            name => Assert.True(values[name] >= 0, name));
        Assert.DoesNotContain($"proxyhelper-{measurement.Id}-", Tool.Run("ip", "netns"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_site_with_too_many_entries_for_a_router_gets_the_limit_and_advice()
    {
        using var program = BenchmarkProgram.Start("scaling", "--connections", "1000000");

        Assert.Equal(2, await program.ExitAsync());
        Assert.Contains(
            "A router would have 180,000,000 entries. The limit is 10,000,000: add routers.",
            program.Output,
            StringComparison.Ordinal);
    }

    private static double Value(Match row) => double.Parse(row.Groups["value"].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(?<name>\S.*?)  +(?<value>-?[\d,]+\.\d\d)\r?$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
