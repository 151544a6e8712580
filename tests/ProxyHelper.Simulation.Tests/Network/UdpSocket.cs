using System.Buffers.Binary;
using System.Runtime.InteropServices;
using ProxyHelper.Linux;
using ProxyHelper.Simulation.Kernel;

namespace ProxyHelper.Simulation.Network;

/// <summary>Represents a UDP socket of the helper, with its queue in the kernel.</summary>
internal sealed unsafe class UdpSocket(World world, IUdpJudge oracle, bool isBoundToAll) : SimulatedSocket(world)
{
    private readonly Queue<Datagram> _queue = [];
    private uint _dropped;

    public override bool IsReady => _queue.Count > 0;

    /// <summary>Gets or sets the number of calls of which one fails; 0 for none.</summary>
    public int FaultOnceIn { get; set; }

    /// <summary>Gets or sets whether the helper counts broadcasts that this socket receives.</summary>
    public bool CountsBroadcasts { get; set; }

    /// <summary>Gets the datagrams that wait.</summary>
    public IReadOnlyCollection<Datagram> Waiting => _queue;

    /// <summary>Gets or sets the number of datagrams that the queue holds.</summary>
    public int Room { get; set; } = 2500;

    /// <summary>Puts a datagram into the queue, or drops it if the queue is full.</summary>
    public void Arrive(Datagram datagram)
    {
        World.Trace.Add(World.Now, "arrival", datagram.Sender);
        if (IsClosed)
        {
            return;
        }

        if (_queue.Count >= Room)
        {
            _dropped++;
            return;
        }

        datagram.ArrivedAt = World.Now;
        datagram.ReceivedAt = World.Clock.RealTime;
        _queue.Enqueue(datagram);
    }

    internal override int ReceiveMany(void* headers, uint count)
    {
        oracle.BeginBatch();
        World.Call();
        if (World.Chance.OnceIn(FaultOnceIn))
        {
            return Fail(World.Chance.Of(Errno.EINTR, Errno.ENOMEM), isReceive: true);
        }

        if (_queue.Count == 0)
        {
            Marshal.SetLastPInvokeError((int)Errno.EAGAIN);
            return -1;
        }

        var received = new List<Datagram>();
        while (received.Count < count && _queue.TryDequeue(out Datagram? datagram))
        {
            ((SimulatedHeader*)headers)[received.Count].Receive(datagram.Bytes, ControlOf(datagram), datagram.Sender);
            received.Add(datagram);
        }

        oracle.Drop(this, _dropped);
        World.Call();
        oracle.Admit(received, CountsBroadcasts); // the helper reads its rules next
        return received.Count;
    }

    internal override int SendMany(void* headers, uint count)
    {
        if (World.Chance.OnceIn(FaultOnceIn))
        {
            Errno errno = World.Chance.Of(Errno.EINTR, Errno.EPERM, Errno.EAGAIN, Errno.ENOBUFS);
            if (errno != Errno.EINTR)
            {
                oracle.RefuseReply(((SimulatedHeader*)headers)[0].Name);
            }

            Delay(headers, first: 0, count);
            return Fail(errno, isReceive: false);
        }

        int sent = World.Chance.OnceIn(FaultOnceIn) ? World.Chance.Between(1, (int)count) : (int)count;
        for (int i = 0; i < sent; i++)
        {
            SimulatedHeader reply = ((SimulatedHeader*)headers)[i];
            oracle.Reply(reply.Name, reply.Data, isBoundToAll ? SourceOf(reply.Control) : null);
        }

        if (sent < count)
        {
            Delay(headers, sent, count);
            World.Call();
        }

        return sent;
    }

    /// <summary>Returns the source address that control data sets, or 0.</summary>
    private static uint SourceOf(ReadOnlySpan<byte> control) =>
        control.Length >= 24 ? BinaryPrimitives.ReadUInt32BigEndian(control[20..]) : 0;

    private void Delay(void* headers, int first, uint count)
    {
        for (int i = first; i < count; i++)
        {
            oracle.DelayReply(((SimulatedHeader*)headers)[i].Name);
        }
    }

    private int Fail(Errno errno, bool isReceive)
    {
        World.Trace.Add(World.Now, isReceive ? "receive fails" : "send fails", (long)errno);
        oracle.Faults += isReceive ? 1 : 0;
        if (isReceive && errno != Errno.EINTR)
        {
            oracle.ReceiveErrors++;
        }

        World.Call();
        Marshal.SetLastPInvokeError((int)errno);
        return -1;
    }

    /// <summary>Returns the control data: the time, the number of drops, and the local address.</summary>
    private byte[] ControlOf(Datagram datagram)
    {
        byte[] control = new byte[32 + (_dropped > 0 ? 24 : 0) + (isBoundToAll ? 32 : 0)];
        (long seconds, long ticks) = Math.DivRem(
            datagram.ReceivedAt.Ticks - DateTime.UnixEpoch.Ticks, TimeSpan.TicksPerSecond);
        WriteHeader(control, 16, level: 1, type: 35); // SCM_TIMESTAMPNS
        BitConverter.TryWriteBytes(control.AsSpan(16), seconds);
        BitConverter.TryWriteBytes(control.AsSpan(24), ticks * 100);
        Span<byte> rest = control.AsSpan(32);
        if (_dropped > 0)
        {
            WriteHeader(rest, 4, level: 1, type: 40); // SO_RXQ_OVFL
            BitConverter.TryWriteBytes(rest[16..], _dropped);
            rest = rest[24..];
        }

        if (isBoundToAll)
        {
            WriteHeader(rest, 12, level: 0, type: 8); // IP_PKTINFO
            BinaryPrimitives.WriteUInt32BigEndian(rest[20..], datagram.LocalAddress);
            BinaryPrimitives.WriteUInt32BigEndian(rest[24..], datagram.HeaderDestination);
        }

        return control;
    }

    private static void WriteHeader(Span<byte> control, int size, int level, int type)
    {
        BitConverter.TryWriteBytes(control, (ulong)(16 + size));
        BitConverter.TryWriteBytes(control[8..], level);
        BitConverter.TryWriteBytes(control[12..], type);
    }
}
