using System.Runtime.InteropServices;
using ProxyHelper.Linux;

namespace ProxyHelper.Simulation.Kernel;

/// <summary>Takes the place of epoll. The ready descriptors are reported in a random order.</summary>
internal sealed class SimulatedQueue : ReadyQueue
{
    private readonly World _world;
    private readonly List<(SafeHandle Descriptor, int Place, bool IsSuspended)> _entries = [];
    private readonly Action _beginWait;
    private int[] _ready = [];

    /// <summary>Makes a queue.</summary>
    /// <param name="world">The world.</param>
    /// <param name="descriptors">The descriptors, each known by its place.</param>
    /// <param name="beginWait">Called when the server waits, so that it has nothing left to do.</param>
    public SimulatedQueue(World world, SafeHandle[] descriptors, Action beginWait)
    {
        _world = world;
        _beginWait = beginWait;
        for (int place = 0; place < descriptors.Length; place++)
        {
            _entries.Add((descriptors[place], place, false));
        }
    }

    /// <summary>Gets or sets what follows when a descriptor is added.</summary>
    public Action<SafeHandle> Added { get; init; } = _ => { };

    /// <summary>Gets or sets what follows when no descriptor was ready for as long as the server sleeps.</summary>
    public Action EndIdleTime { get; init; } = () => { };

    public override void Add(SafeHandle descriptor, int place)
    {
        _entries.Add((descriptor, place, false));
        Added(descriptor);
    }

    public override void Suspend(SafeHandle descriptor, int place) => Change(descriptor, isSuspended: true);

    public override void Resume(SafeHandle descriptor, int place) => Change(descriptor, isSuspended: false);

    public override int Wait(int milliseconds)
    {
        _beginWait();
        _entries.RemoveAll(entry => entry.Descriptor.IsClosed);
        _world.WaitUntil(() => _entries.Exists(IsReady), TimeSpan.FromMilliseconds(milliseconds));
        _ready = [.. _entries.Where(IsReady).Select(entry => entry.Place)];
        _world.Chance.Shuffle(_ready.AsSpan());
        if (_ready.Length == 0 && milliseconds > 0)
        {
            EndIdleTime();
        }

        return _ready.Length;
    }

    public override int Place(int index) => _ready[index];

    private bool IsReady((SafeHandle Descriptor, int Place, bool IsSuspended) entry) => !entry.IsSuspended
        && entry.Descriptor switch
        {
            SimulatedSocket socket => !socket.IsClosed && socket.IsReady,
            ScriptedNetlink reports => reports.HasReports,
            EventSignal signal when signal != _world.Stop => new PollSet(signal).Wait(milliseconds: 0), // a ticket
            _ => _world.StoppedAt is not null && !_world.HidesStop,
        };

    private void Change(SafeHandle descriptor, bool isSuspended)
    {
        int index = _entries.FindIndex(entry => ReferenceEquals(entry.Descriptor, descriptor));
        _entries[index] = _entries[index] with { IsSuspended = isSuspended };
    }
}
