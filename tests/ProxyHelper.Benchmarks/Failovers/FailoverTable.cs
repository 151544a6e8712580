using System.Globalization;
using System.Text;
using ProxyHelper.TestSupport.Pair;

namespace ProxyHelper.Benchmarks.Failovers;

/// <summary>Writes the minimum, median and maximum of each case in a table of Markdown.</summary>
/// <param name="cases">The cases.</param>
internal sealed class FailoverTable(IReadOnlyList<PairCase> cases)
{
    private readonly List<(PairCase Case, PairOutcome Outcome)> _results = [];

    /// <summary>Adds the outcome of a case.</summary>
    public void Add(PairCase item, PairOutcome outcome) => _results.Add((item, outcome));

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder("""

            Seconds from the failure, as minimum / median / maximum

            | case | runs | address moved | first right reply | last TCP resumed | hole | wrong | not found | dead |
            | --- | --- | --- | --- | --- | --- | --- | --- | --- |

            """);
        foreach (PairCase item in cases)
        {
            PairOutcome[] outcomes = [.. _results.Where(result => result.Case == item).Select(run => run.Outcome)];
            int failed = outcomes.Count(outcome => !outcome.IsAsPromised);
            string count = failed == 0 ? $"{outcomes.Length}" : $"{outcomes.Length}, {failed} FAILED";
            PairFigures[] runs = [.. outcomes.Select(outcome => outcome.Figures).OfType<PairFigures>()];
            text.AppendLine(CultureInfo.InvariantCulture, $"| {item.Name} | {count} | {Describe(runs)} |");
        }

        return text.ToString();
    }

    private static string Describe(PairFigures[] runs) => string.Join(
        " | ",
        Spread(runs.Select(run => run.AddressMoved)),
        Spread(runs.Select(run => run.FirstRightReply)),
        Spread(runs.Select(run => run.LastResumed)),
        Spread(runs.Select(run => run.Hole).OfType<TimeSpan>()),
        runs.Sum(run => run.Wrong),
        runs.Sum(run => run.NotFound),
        runs.Sum(run => run.Dead));

    private static string Spread(IEnumerable<TimeSpan> times)
    {
        double[] seconds = [.. times.Select(time => time.TotalSeconds).Order()];
        return seconds.Length == 0
            ? "-"
            : string.Create(
                CultureInfo.InvariantCulture, $"{seconds[0]:N3} / {Median.Of(seconds):N3} / {seconds[^1]:N3}");
    }
}
