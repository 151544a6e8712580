using ProxyHelper.TestSupport.Pair;
using Xunit;

namespace ProxyHelper.EndToEnd.Pair;

/// <summary>Tests the shipped files of a pair of routers with 300 connections and 500 queries per second.</summary>
/// <remarks>'ProxyHelper.Benchmarks failover' runs the other cases.</remarks>
[Collection(nameof(OneLaboratory))]
[Trait("Promise", "pair-failover")]
public sealed class PairFailoverTests(PublishedDaemon daemon)
{
    [Theory]
    [InlineData("power-cut")]
    [InlineData("link-down")]
    [InlineData("kill-9")]
    public async Task After_a_failure_every_connection_lives_and_every_reply_is_right(string name)
    {
        PairOutcome outcome = await RunAsync(name);

        Assert.True(outcome.IsAsPromised, $"{outcome}");
    }

    [Theory]
    [InlineData("restart-reuse")]
    [InlineData("switch-reuse")]
    public async Task A_port_that_another_user_has_now_does_not_name_the_user_of_before(string name)
    {
        PairOutcome outcome = await RunAsync(name);

        Assert.True(outcome.IsAsPromised, $"{outcome}");
    }

    [Fact]
    public async Task A_standby_without_the_state_answers_not_found_and_never_wrong()
    {
        PairOutcome outcome = await RunAsync("no-state");

        Assert.True(outcome.IsAsPromised, $"{outcome}");
    }

    private Task<PairOutcome> RunAsync(string name)
    {
        PairRequirement.Check();
        PairCase item = PairCase.All.Single(item => item.Name == name);
        return item.RunAsync(new PairSettings(daemon.Program), TestContext.Current.CancellationToken);
    }
}
