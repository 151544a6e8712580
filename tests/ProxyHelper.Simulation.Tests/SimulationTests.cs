using ProxyHelper.Simulation.Kernel;
using Xunit;

namespace ProxyHelper.Simulation;

/// <summary>Runs the servers in many simulated worlds. A failing seed is printed, with the command to run it.</summary>
public sealed class SimulationTests(ITestOutputHelper output)
{
    private const int MaxTraceLength = 6000; // characters of a message

    [Fact]
    [Trait("Promise", "correct-reply")]
    [Trait("Promise", "reply-at-once")]
    [Trait("Promise", "own-query")]
    [Trait("Promise", "no-late-reply")]
    [Trait("Promise", "failover-grace")]
    [Trait("Promise", "resolver-isolation")]
    [Trait("Promise", "relay-wrong-reply")]
    [Trait("Promise", "relay-pause")]
    [Trait("Promise", "relay-own-reply")]
    public void Every_promise_is_kept_in_every_world()
    {
        foreach (int seed in Seeds.Chosen)
        {
            if (Record.Exception(new SimulatedWorld(seed).Run) is { } failure)
            {
                Assert.Fail(Describe(seed, failure));
            }
        }

        if (Seeds.Only is { } only)
        {
            output.WriteLine(TraceOf(only).Lines);
        }
    }

    [Fact]
    public void A_seed_makes_the_same_run_again()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            Trace first = TraceOf(seed), second = TraceOf(seed);
            Assert.Equal(first.Lines, second.Lines);
            Assert.Equal(first.Hash, second.Hash);
        }

        Assert.NotEqual(TraceOf(0).Hash, TraceOf(1).Hash);
    }

    private static Trace TraceOf(int seed)
    {
        var world = new SimulatedWorld(seed, keepsTrace: true);
        _ = Record.Exception(world.Run);
        return world.Trace;
    }

    private static string Describe(int seed, Exception failure)
    {
        string lines = TraceOf(seed).Lines;
        string reason = failure is Violation ? failure.Message : failure.ToString();
        return $"Seed {seed}: {reason}.\nTo run this seed alone: {Seeds.Variable}={seed} tests/run.sh --filter-class "
            + $"'*SimulationTests'\n{lines[Math.Max(0, lines.Length - MaxTraceLength)..]}";
    }
}
