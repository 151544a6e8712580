using ProxyHelper.TestSupport.Pair;
using Xunit;

namespace ProxyHelper.EndToEnd.Pair;

/// <summary>
/// Tests queries that reach the new router before its kernel has the entries. The commit waits until the queries have
/// arrived.
/// </summary>
[Collection(nameof(OneLaboratory))]
[Trait("Promise", "failover-grace")]
public sealed class PairGraceTests(PublishedDaemon daemon)
{
    [Fact]
    public async Task With_the_grace_a_query_waits_for_the_entries_and_gets_the_right_reply()
    {
        SentQuery[] queries = await RunAsync(_ => true, "--failover-grace", "60", "--max-delay", "60");

        Assert.DoesNotContain(queries, query => query.Verdict is Verdict.NotFound or Verdict.Wrong);
        Assert.Contains(queries, query => query.Verdict == Verdict.Right);
    }

    [Fact]
    public async Task Without_the_grace_a_query_before_the_entries_gets_not_found()
    {
        SentQuery[] queries = await RunAsync(
            sent => sent.Any(query => query.Verdict == Verdict.NotFound), "--failover-grace", "0");

        Assert.Contains(queries, query => query.Verdict == Verdict.NotFound);
        Assert.DoesNotContain(queries, query => query.Verdict == Verdict.Wrong);
    }

    private async Task<SentQuery[]> RunAsync(Func<IReadOnlyList<SentQuery>, bool> isEnough, params string[] arguments)
    {
        PairRequirement.Check();
        CancellationToken stop = TestContext.Current.CancellationToken;
        var settings = new PairSettings(daemon.Program) { HelperArguments = arguments };
        using PairLaboratory laboratory = await PairLaboratory.StartAsync(settings, stop);
        return await laboratory.WithLogsAsync(it => new PairGrace(it).RunAsync(isEnough), stop);
    }
}
