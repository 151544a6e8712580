using System.Runtime.Versioning;
using ProxyHelper.Linux;

namespace ProxyHelper.Lifetime;

/// <summary>
/// Represents a signal that a server waits for together with its sockets: the stop, or a ticket that is done. Any
/// thread may set it. A set signal stays set until it is reset.
/// </summary>
internal abstract class WakeSignal : IDisposable
{
    /// <summary>Sets the signal, and wakes the server. Does nothing after the signal was disposed of.</summary>
    public abstract void Set();

    /// <summary>Resets the signal. No other thread may wait for the signal.</summary>
    public abstract void Reset();

    /// <inheritdoc/>
    public abstract void Dispose();
}

/// <summary>Represents a signal of Linux (eventfd).</summary>
/// <param name="handle">The descriptor, which the signal disposes of.</param>
[SupportedOSPlatform("linux")]
internal sealed class LinuxWake(EventSignal handle) : WakeSignal
{
    /// <summary>Gets the descriptor that is ready while the signal is set.</summary>
    public EventSignal Handle => handle;

    /// <summary>Opens a signal that is not set.</summary>
    /// <exception cref="LinuxException">Thrown when the process has no free descriptor.</exception>
#pragma warning disable CA2000 // the new signal disposes of it
    public static LinuxWake Open() => new(EventSignal.Create());
#pragma warning restore CA2000

    /// <inheritdoc/>
    public override void Set()
    {
        try
        {
            handle.Set();
        }
        catch (ObjectDisposedException)
        {
            // A resolver has ended after the server.
        }
    }

    /// <inheritdoc/>
    public override void Reset() => handle.Reset();

    /// <inheritdoc/>
    public override void Dispose() => handle.Dispose();
}
