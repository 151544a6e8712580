using System.Runtime.InteropServices;
using ProxyHelper.Linux;

namespace ProxyHelper.Simulation.Kernel;

/// <summary>
/// Represents a netlink socket whose other end is the scripted kernel. Both ends are a real pair of sockets, so that
/// the helper's system calls are real.
/// </summary>
internal sealed unsafe partial class ScriptedNetlink : LinuxSocket
{
    private const int Unix = 1; // AF_UNIX
    private const int Packets = 5 | 0x800 | 0x80000; // SOCK_SEQPACKET, SOCK_NONBLOCK, SOCK_CLOEXEC

    private readonly World _world;
    private readonly ScriptedKernel _kernel;
    private readonly bool _isTable;
    private readonly LinuxSocket _otherEnd;
    private readonly byte[] _requests = new byte[1 << 14];
    private NetlinkAnswers _answers = new([]);

    /// <summary>Makes a socket to the conntrack table, or to the addresses of this host.</summary>
    public ScriptedNetlink(World world, ScriptedKernel kernel, bool isTable)
    {
        _world = world;
        _kernel = kernel;
        _isTable = isTable;
        Span<int> pair = stackalloc int[2];
        Check(PairCall(Unix, Packets, 0, pair), "socketpair");
        SetHandle(pair[0]);
        _otherEnd = Adopt(pair[1]);
        world.OpenDescriptors++;
    }

    /// <summary>Gets whether the kernel has reported changes of addresses.</summary>
    public bool HasReports { get; private set; }

    /// <summary>Sends requests, which the kernel answers before the call returns.</summary>
    public override void Send(ReadOnlySpan<byte> bytes, string name)
    {
        _world.Call();
        if (_world.Chance.OnceIn(8 * _kernel.FaultOnceIn))
        {
            _kernel.Fail(_isTable, "send failed");
            throw new LinuxException("send netlink request", _world.Chance.Of(Errno.ENOBUFS, Errno.ENOMEM));
        }

        base.Send(bytes, name);
        if (_answers.LeavesStale)
        {
            _kernel.Fail(_isTable, "stale answers");
        }

        _answers.Later.ForEach(Deliver);
        _otherEnd.TryReceive(_requests, out int length);
        _answers = _kernel.Answer(NetlinkMessages.Split(_requests.AsSpan(0, length)), _isTable);
        _answers.Now.ForEach(Deliver);
        _world.Call();
    }

    /// <summary>Joins the group of reports. The pair of sockets does not have the options of netlink.</summary>
    public override void SetOption(SocketOption option, int value) => _kernel.Watchers.Add(this);

    /// <summary>Reports that an address was changed. The kernel may lose the report, and says so.</summary>
    public void Report()
    {
        HasReports = true;
        if (_world.Chance.OnceIn(4))
        {
            _answers.FirstError = Errno.ENOBUFS;
            return;
        }

        Deliver([1, 2, 3]); // not a message, but the helper only needs to see that something arrived
    }

    public override bool TryReceive(Span<byte> buffer, out int received)
    {
        _world.Call();
        _kernel.BeginReading();
        if (_answers.FirstError is var error and not Errno.None)
        {
            _answers.FirstError = Errno.None;
            throw new LinuxException("receive", error);
        }

        HasReports = base.TryReceive(buffer, out received);
        return HasReports;
    }

    internal override int ReceiveMany(void* headers, uint count)
    {
        _world.Call();
        if (_answers.FirstError is var error and not Errno.None)
        {
            _answers.FirstError = Errno.None;
            Marshal.SetLastPInvokeError((int)error);
            return -1;
        }

        return base.ReceiveMany(headers, (uint)_world.Chance.Between(1, (int)count));
    }

    protected override void Dispose(bool disposing)
    {
        _otherEnd.Dispose();
        base.Dispose(disposing);
    }

    protected override bool ReleaseHandle()
    {
        _world.OpenDescriptors--;
        return base.ReleaseHandle();
    }

    private void Deliver(byte[] answer) => _otherEnd.Send(answer, "an answer");

    [LibraryImport("libc", EntryPoint = "socketpair", SetLastError = true)]
    private static partial int PairCall(int family, int type, int protocol, Span<int> pair);
}
