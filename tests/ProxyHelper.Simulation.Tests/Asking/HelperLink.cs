using System.Runtime.InteropServices;
using ProxyHelper.Linux;
using ProxyHelper.Simulation.Kernel;

namespace ProxyHelper.Simulation.Asking;

/// <summary>Represents a socket of the relay that is connected to the helper of one router.</summary>
/// <param name="world">The world.</param>
/// <param name="helper">The helper.</param>
/// <param name="accepting">The address that the socket is bound to.</param>
/// <param name="oracle">What knows the promises.</param>
internal sealed unsafe class HelperLink(World world, SimulatedHelper helper, uint accepting, AskingOracle oracle)
    : SimulatedSocket(world)
{
    private readonly Queue<byte[]> _queue = [];
    private Errno _error;

    public override bool IsReady => !IsClosed && (_queue.Count > 0 || _error != Errno.None);

    /// <summary>Gets the helper.</summary>
    public SimulatedHelper Helper => helper;

    /// <summary>Gets the address that the socket is bound to.</summary>
    public uint Accepting => accepting;

    /// <summary>Gets the number of errors that the relay has seen.</summary>
    public int Errors { get; private set; }

    /// <summary>Puts a datagram into the queue.</summary>
    public void Arrive(byte[] datagram)
    {
        if (!IsClosed)
        {
            _queue.Enqueue(datagram);
        }
    }

    /// <summary>Reports an ICMP error. The newest one is kept, as the kernel does.</summary>
    public void Refuse(Errno errno) => _error = errno;

    internal override int ReceiveMany(void* headers, uint count)
    {
        World.Call();
        if (World.Chance.OnceIn(helper.FaultOnceIn))
        {
            return Fail(Errno.EINTR);
        }

        if (TakeError() is var error and not Errno.None)
        {
            return Fail(error); // before the datagrams, as the kernel does
        }

        int received = 0;
        while (received < count && _queue.TryDequeue(out byte[]? datagram))
        {
            ((SimulatedHeader*)headers)[received++].Receive(datagram);
            oracle.Give(this, datagram);
        }

        World.Call();
        return received > 0 ? received : Fail(Errno.EAGAIN);
    }

    internal override int SendMany(void* headers, uint count)
    {
        Violation.If(count != 1, "a query is sent alone");
        if (TakeError() is var error and not Errno.None)
        {
            return Fail(error);
        }

        byte[] query = ((SimulatedHeader*)headers)[0].Data.ToArray();
        if (World.Chance.OnceIn(helper.FaultOnceIn))
        {
            Errno errno = World.Chance.Of(Errno.EINTR, Errno.EPERM, Errno.ENOBUFS, Errno.EAGAIN);
            Errors += errno == Errno.EPERM ? 1 : 0;
            return Fail(errno);
        }

        oracle.Send(this, query);
        World.Call();
        helper.Arrive(query, this);
        return 1;
    }

    private static int Fail(Errno errno)
    {
        Marshal.SetLastPInvokeError((int)errno);
        return -1;
    }

    private Errno TakeError()
    {
        Errno error = _error;
        _error = Errno.None;
        Errors += error == Errno.None ? 0 : 1;
        return error;
    }
}
