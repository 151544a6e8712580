using ProxyHelper.Simulation.Kernel;
using Xunit;

namespace ProxyHelper.Simulation;

/// <summary>
/// Proves that the simulation finds broken promises: in a world that breaks one, which no helper can prevent, a seed
/// must fail for this reason.
/// </summary>
public sealed class BrokenWorldTests
{
    private const int Seeds = 300;

    [Fact]
    public void A_wrong_reply_is_found() => AssertFound("is wrong", (_, kernel) => kernel.Lies = true);

    [Fact]
    public void A_wrong_reply_of_a_resolver_is_found() =>
        AssertFound("is wrong", (_, kernel) => kernel.Lies = true, firstSeed: 3, step: 4); // worlds with a resolver

    [Fact]
    public void A_late_reply_is_found() => AssertFound("is late", (world, _) =>
    {
        world.FreezeOnceIn = 20;
        world.Clock.Speed = 0.01; // the clocks hardly run, as in a virtual machine that was paused
    });

    [Fact]
    public void A_helper_that_does_not_stop_is_found() =>
        AssertFound("does not stop", (world, _) => world.HidesStop = true);

    [Fact]
    public void A_descriptor_that_stays_open_is_found() =>
        AssertFound("stay open", (world, _) => world.OpenDescriptors++);

    [Fact]
    public void A_query_without_a_reply_is_found() => AssertFound("no reply and no reason", (world, _) =>
    {
        world.FreezeOnceIn = 0;
        world.Clock.Speed = 1000; // the clocks run too fast, so every query seems late
    });

    [Fact]
    public void An_answer_of_another_connection_is_found() => AssertFound(
        "gets the answer of another one",
        (world, _) => world.CookieMask = 0xf, // so few that a late reply fits another query
        firstSeed: 5,
        step: 8); // worlds with a relay

    [Fact]
    public void A_query_of_a_relay_without_an_answer_is_found() => AssertFound(
        "a query has no answer", (world, _) => world.Clock.Speed = 0.01, firstSeed: 5, step: 8);

    private static void AssertFound(
        string reason, Action<World, ScriptedKernel> breaks, int firstSeed = 0, int step = 1) => Assert.Contains(
        Enumerable.Range(0, Seeds).Select(number => firstSeed + (number * step)),
        seed => Record.Exception(new SimulatedWorld(seed) { Break = breaks }.Run) is Violation violation
            && violation.Message.Contains(reason, StringComparison.Ordinal));
}
