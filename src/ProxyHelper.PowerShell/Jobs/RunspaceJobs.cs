using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Keeps the running helpers and relays of one runspace. They end with their runspace and with the process. Jobs of
/// other runspaces are not affected. The assembly is never unloaded, so this table outlives the module.
/// </summary>
internal sealed class RunspaceJobs
{
    private static readonly ConditionalWeakTable<Runspace, RunspaceJobs> _known = CreateTable();

    private readonly Lock _lock = new();
    private readonly HashSet<ServerJob> _running = [];

    /// <summary>Returns the jobs of a runspace.</summary>
    public static RunspaceJobs Of(Runspace runspace) => _known.GetValue(runspace, Create);

    /// <summary>Adds a job. The job is removed when it ends.</summary>
    public void Add(ServerJob job)
    {
        lock (_lock)
        {
            _running.Add(job);
        }

        job.StateChanged += (_, change) => RemoveEnded(job, change.JobStateInfo.State);
        RemoveEnded(job, job.JobStateInfo.State);
    }

    /// <summary>
    /// Stops all jobs. When the method returns, their ports are free. Relays reset their connections, because the end
    /// of a shell cannot wait for users.
    /// </summary>
    public void StopAll()
    {
        ServerJob[] running;
        lock (_lock)
        {
            running = [.. _running];
        }

        foreach (ServerJob job in running)
        {
            job.EndAtOnce();
        }
    }

    private static ConditionalWeakTable<Runspace, RunspaceJobs> CreateTable()
    {
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            foreach (KeyValuePair<Runspace, RunspaceJobs> one in _known)
            {
                one.Value.StopAll();
            }
        };
        return [];
    }

    private static RunspaceJobs Create(Runspace runspace)
    {
        var jobs = new RunspaceJobs();
        runspace.StateChanged += (_, change) =>
        {
            if (change.RunspaceStateInfo.State is RunspaceState.Closing or RunspaceState.Closed or RunspaceState.Broken)
            {
                jobs.StopAll();
            }
        };
        return jobs;
    }

    private void RemoveEnded(ServerJob job, JobState state)
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
