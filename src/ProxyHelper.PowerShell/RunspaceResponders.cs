using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Keeps the running responders of one runspace. They end with their runspace and with the process. Responders of other
/// runspaces are not affected. The assembly is never unloaded, so this table outlives the module.
/// </summary>
internal sealed class RunspaceResponders
{
    private static readonly ConditionalWeakTable<Runspace, RunspaceResponders> _known = CreateTable();

    private readonly Lock _lock = new();
    private readonly HashSet<Job> _running = [];

    /// <summary>Returns the responders of a runspace.</summary>
    public static RunspaceResponders Of(Runspace runspace) => _known.GetValue(runspace, Create);

    /// <summary>Adds a job. The job is removed when it ends.</summary>
    public void Add(Job job)
    {
        lock (_lock)
        {
            _running.Add(job);
        }

        job.StateChanged += (_, change) => RemoveEnded(job, change.JobStateInfo.State);
        RemoveEnded(job, job.JobStateInfo.State);
    }

    /// <summary>Stops all responders. When the method returns, their ports are free.</summary>
    public void StopAll()
    {
        Job[] running;
        lock (_lock)
        {
            running = [.. _running];
        }

        foreach (Job job in running)
        {
            job.StopJob();
        }
    }

    private static ConditionalWeakTable<Runspace, RunspaceResponders> CreateTable()
    {
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            foreach (KeyValuePair<Runspace, RunspaceResponders> one in _known)
            {
                one.Value.StopAll();
            }
        };
        return [];
    }

    private static RunspaceResponders Create(Runspace runspace)
    {
        var responders = new RunspaceResponders();
        runspace.StateChanged += (_, change) =>
        {
            if (change.RunspaceStateInfo.State is RunspaceState.Closing or RunspaceState.Closed or RunspaceState.Broken)
            {
                responders.StopAll();
            }
        };
        return responders;
    }

    private void RemoveEnded(Job job, JobState state)
    {
        if (state is JobState.Stopped or JobState.Failed or JobState.Completed)
        {
            lock (_lock)
            {
                _running.Remove(job);
            }
        }
    }
}
