using ProxyHelper.Linux;

namespace ProxyHelper.Simulation.Kernel;

/// <summary>Represents a socket without a kernel. Its number is that of the stop signal, which stays open.</summary>
internal abstract class SimulatedSocket : LinuxSocket
{
    protected SimulatedSocket(World world)
    {
        World = world;
        world.OpenDescriptors++;
        SetHandle(world.Stop.DangerousGetHandle());
    }

    /// <summary>Gets whether a read returns data, an error or the end.</summary>
    public abstract bool IsReady { get; }

    /// <summary>Gets the world.</summary>
    protected World World { get; }

    /// <summary>Counts the socket as closed. The stop signal stays open.</summary>
    protected override bool ReleaseHandle()
    {
        World.OpenDescriptors--;
        return true;
    }
}
