using ProxyHelper.Simulation.Asking;
using ProxyHelper.Simulation.Kernel;
using ProxyHelper.Simulation.Network;

namespace ProxyHelper.Simulation;

/// <summary>Represents the world that a seed makes, with one server.</summary>
internal sealed class SimulatedWorld(int seed, bool keepsTrace = false)
{
    /// <summary>Gets what happened.</summary>
    public Trace Trace { get; } = new(keepsTrace);

    /// <summary>Gets or sets what makes the world a broken one, for tests of the simulation.</summary>
    public Action<World, ScriptedKernel> Break { get; set; } = (_, _) => { };

    /// <summary>Runs the server from its start to its stop.</summary>
    /// <exception cref="Violation">Thrown when the server breaks a promise.</exception>
    public void Run()
    {
        var chance = new Chance((ulong)seed);
        using var world = new World(chance, Trace);
        var table = new ScriptedTable();
        for (int left = chance.Between(0, 30); left > 0; left--)
        {
            table.Add(Places.NewEntry(chance));
        }

        int freezeOnceIn = chance.Of(0, 20, 60, 200), faultOnceIn = chance.Of(0, 0, 4, 20, 100);
        var kernel = new ScriptedKernel(world, table);
        using (ISimulation run = Choose(world, kernel))
        {
            world.FreezeOnceIn = freezeOnceIn;
            kernel.FaultOnceIn = run is ResolverSimulation ? 0 : faultOnceIn; // the kernel is not its source
            Break(world, kernel);
            run.Run();
        }

        Violation.If(world.OpenDescriptors != 0, $"{world.OpenDescriptors} descriptors stay open");
    }

    /// <summary>
    /// Chooses the server. A quarter of the seeds make a world with a resolver, and an eighth one with a relay.
    /// </summary>
    private ISimulation Choose(World world, ScriptedKernel kernel) =>
        seed % 4 == 3 ? new ResolverSimulation(world, kernel)
        : seed % 8 == 5 ? new RelaySimulation(world)
        : world.Chance.OnceIn(3) ? new TcpSimulation(world, kernel)
        : new UdpSimulation(world, kernel);
}

/// <summary>Represents a server that runs from its start to its stop.</summary>
internal interface ISimulation : IDisposable
{
    /// <summary>Runs the server. Every promise is checked.</summary>
    void Run();
}
