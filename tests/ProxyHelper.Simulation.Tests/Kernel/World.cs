using ProxyHelper.Linux;

namespace ProxyHelper.Simulation.Kernel;

/// <summary>
/// Represents the time and everything that happens by itself: arrivals, reloads, changes of the table, the stop. One
/// thread runs the server and the world. The world goes on when the server waits, makes a system call, or stands still.
/// </summary>
internal sealed class World : IDisposable
{
    /// <summary>The time for which a stopped server answers what the kernel had received.</summary>
    public static readonly TimeSpan StopGrace = TimeSpan.FromMilliseconds(200);

    private const int MaxSteps = 100_000; // far more than the largest run needs

    private readonly PriorityQueue<Action, (TimeSpan Time, int Order)> _events = new();
    private int _steps;
    private int _order;

    public World(Chance chance, Trace trace)
    {
        Chance = chance;
        Trace = trace;
        Clock = new SimulatedClock(this);
    }

    /// <summary>Gets the decisions.</summary>
    public Chance Chance { get; }

    /// <summary>Gets the record of the run.</summary>
    public Trace Trace { get; }

    /// <summary>Gets the clocks that the server reads.</summary>
    public SimulatedClock Clock { get; }

    /// <summary>Gets the true time, which no server can read.</summary>
    public TimeSpan Now { get; private set; } = TimeSpan.FromDays(3);

    /// <summary>Gets the signal that stops the server.</summary>
    public EventSignal Stop { get; } = EventSignal.Create();

    /// <summary>Gets the time of the stop, or null before.</summary>
    public TimeSpan? StoppedAt { get; private set; }

    /// <summary>Gets the number of open simulated descriptors.</summary>
    public int OpenDescriptors { get; set; }

    /// <summary>Gets or sets the number of points at which the process stands still once; 0 for never.</summary>
    public int FreezeOnceIn { get; set; }

    /// <summary>Gets or sets the time for which the process stands still at the next point, or null.</summary>
    public TimeSpan? NextFreeze { get; set; }

    /// <summary>Gets the time for which the process has stood still.</summary>
    public TimeSpan Frozen { get; private set; }

    /// <summary>Gets or sets whether the server is not told about the stop.</summary>
    public bool HidesStop { get; set; }

    /// <summary>Gets or sets the bits of the cookies that are random; the others are 0.</summary>
    public uint CookieMask { get; set; } = uint.MaxValue;

    /// <summary>Plans an event.</summary>
    public void At(TimeSpan time, Action action) => _events.Enqueue(action, (time, _order++));

    /// <summary>Plans an event at several random times before an end.</summary>
    public void AtRandomTimes(int times, TimeSpan end, Action action)
    {
        int milliseconds = (int)(end - Now).TotalMilliseconds;
        for (int i = 0; i < times; i++)
        {
            At(Now + TimeSpan.FromMilliseconds(Chance.Below(milliseconds)), action);
        }
    }

    /// <summary>Lets time pass. The events of this time happen.</summary>
    public void Pass(TimeSpan time) => PassUntil(Now + time);

    /// <summary>Lets the time of a system call pass.</summary>
    public void Call()
    {
        Violation.If(++_steps > MaxSteps, "the helper does not stop");
        Pass(TimeSpan.FromMicroseconds(Chance.Between(1, 40)));
        MayFreeze();
    }

    /// <summary>
    /// Lets the process stand still now and then, as after SIGSTOP or in a paused virtual machine. The world goes on.
    /// </summary>
    public void MayFreeze()
    {
        if (NextFreeze is not null || Chance.OnceIn(FreezeOnceIn))
        {
            TimeSpan time = NextFreeze ?? TimeSpan.FromMilliseconds(
                Chance.Of(Chance.Between(1, 300), Chance.Between(900, 1100), 2200, Chance.Between(1000, 6000)));
            NextFreeze = null;
            Frozen += time;
            Trace.Add(Now, "freeze", time.Ticks);
            Pass(time);
        }
    }

    /// <summary>Waits until a condition is true, for a time at most.</summary>
    /// <returns>Whether the condition is true.</returns>
    public bool WaitUntil(Func<bool> condition, TimeSpan limit)
    {
        Call();
        TimeSpan end = Now + limit;
        while (!condition())
        {
            if (Now >= end)
            {
                return false;
            }

            PassUntil(_events.TryPeek(out _, out (TimeSpan Time, int Order) next) && next.Time < end ? next.Time : end);
        }

        MayFreeze();
        return true;
    }

    /// <summary>Stops the server.</summary>
    public void BeginStop()
    {
        Trace.Add(Now, "stop");
        StoppedAt ??= Now;
        Stop.Set();
    }

    public void Dispose() => Stop.Dispose();

    private void PassUntil(TimeSpan end)
    {
        while (_events.TryPeek(out Action? action, out (TimeSpan Time, int Order) next) && next.Time <= end)
        {
            _events.Dequeue();
            Now = next.Time > Now ? next.Time : Now;
            action();
        }

        Now = end > Now ? end : Now;
    }
}

/// <summary>Represents the clocks of the simulated host. The process may stand still before each reading.</summary>
internal sealed class SimulatedClock(World world) : Clock
{
    private static readonly DateTime _epoch = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);

    private TimeSpan _change;

    /// <summary>Gets or sets the part of the time by which the clocks run; less than 1 is a broken host.</summary>
    public double Speed { get; set; } = 1;

    public override DateTime UtcNow
    {
        get
        {
            world.MayFreeze();
            return RealTime;
        }
    }

    public override TimeSpan SinceBoot
    {
        get
        {
            world.MayFreeze();
            return world.Now * Speed;
        }
    }

    public override TimeSpan Running => SinceBoot;

    /// <summary>Gets the time by which the kernel records arrivals.</summary>
    public DateTime RealTime => _epoch + (world.Now * Speed) + _change;

    /// <summary>Sets the real-time clock forward, or back by a negative time.</summary>
    public void Set(TimeSpan change)
    {
        world.Trace.Add(world.Now, "clock is set", change.Ticks);
        _change += change;
    }
}

/// <summary>The exception that is thrown when the server breaks a promise.</summary>
internal sealed class Violation(string message) : Exception(message)
{
    /// <summary>Throws if a promise is broken.</summary>
    public static void If(bool isBroken, string message)
    {
        if (isBroken)
        {
            throw new Violation(message);
        }
    }
}
