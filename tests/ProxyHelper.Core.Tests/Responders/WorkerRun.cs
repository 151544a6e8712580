using ProxyHelper.Conntrack;
using ProxyHelper.Linux;
using ProxyHelper.Responders;

namespace ProxyHelper.Tests.Responders;

/// <summary>A worker on a thread of its own, until it is disposed of.</summary>
internal sealed class WorkerRun : IDisposable
{
    private readonly EventSignal _stop = EventSignal.Create();
    private readonly ConntrackTable _table;
    private readonly Thread _thread;

    public WorkerRun(LinuxSocket socket, ConntrackTable? table = null)
    {
        _table = table ?? ConntrackTable.Open(ConntrackTable.MaximumLookups);
        var worker = new Worker([socket], _stop, _table, Router.Options("194.0.1.1"), Counters, Faults);
        _thread = new Thread(worker.Run);
        _thread.Start();
    }

    public ResponderCounters Counters { get; } = new();

    public FaultJournal Faults { get; } = new();

    public void Dispose()
    {
        _stop.Set();
        _thread.Join();
        _stop.Dispose();
        _table.Dispose();
    }
}
