using System.Management.Automation;

namespace ProxyHelper.PowerShell.Commands;

/// <summary>
/// Stops relays of this session. Open connections have the drain time to finish. When the cmdlet returns, the ports are
/// free.
/// </summary>
[Cmdlet(VerbsLifecycle.Stop, "ProxyRelay", DefaultParameterSetName = NameSet, SupportsShouldProcess = true)]
[OutputType("ProxyHelper.PowerShell.RelayJob")]
public sealed class StopProxyRelayCommand : ProxyHelperCommand
{
    private const string NameSet = "Name";
    private const string IdSet = "Id";
    private const string JobSet = "Job";

    private readonly List<ServerJob> _stopping = [];

    /// <summary>Gets or sets the names of the relays. Wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = NameSet)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ResponderCompleter))]
    [RequireValue]
    public string[] Name { get; set; } = [];

    /// <summary>Gets or sets the job ids of the relays.</summary>
    [Parameter(Mandatory = true, ParameterSetName = IdSet)]
    [ArgumentCompleter(typeof(ResponderCompleter))]
    [WholeNumber(1, int.MaxValue)]
    public int[] Id { get; set; } = [];

    /// <summary>Gets or sets the relays, from Get-ProxyRelay or Start-ProxyRelay.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = JobSet)]
    [RequireValue]
    public Job[] Job { get; set; } = [];

    /// <summary>Gets or sets whether open connections are reset at once.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Gets or sets whether the cmdlet returns the stopped jobs, for Receive-Job or Remove-Job.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        IEnumerable<Job> chosen = ParameterSetName switch
        {
            NameSet => JobKind.Relay.ByName(JobRepository, Name, WriteError),
            IdSet => JobKind.Relay.ById(JobRepository, Id, WriteError),
            _ => Job.Where(IsRelay),
        };
        foreach (ServerJob job in chosen.OfType<ServerJob>())
        {
            string action = Force ? "Reset all connections and stop relaying" : "Stop relaying";
            if (ShouldProcess($"{job.Name} on {job.Location}", action))
            {
                Begin(job);
            }
        }
    }

    /// <summary>Waits until all relays have stopped. Ctrl+C ends the wait, and the relays go on to stop.</summary>
    protected override void EndProcessing()
    {
        foreach (ServerJob job in _stopping)
        {
            if (!Await(job))
            {
                return;
            }

            job.StopJob(); // The relay has ended, and the job gets its final state.
            WriteVerbose($"{job.Name} has stopped: {job.StatusMessage}.");
            if (PassThru)
            {
                WriteObject(job);
            }
        }
    }

    private void Begin(ServerJob job)
    {
        _stopping.Add(job);
        if (Force)
        {
            job.EndAtOnce();
        }
        else
        {
            job.BeginStop();
        }
    }

    /// <summary>Waits for the end of a relay. After a second, a progress bar shows the open connections.</summary>
    /// <returns>Whether the relay has ended.</returns>
    private bool Await(ServerJob job)
    {
        string activity = $"Stopping {job.Name}";
        bool isShown = false;
        while (!job.AwaitEnd(TimeSpan.FromSeconds(1), Cancellation))
        {
            if (Cancellation.IsCancellationRequested)
            {
                return false;
            }

            isShown = true;
            WriteProgress(new ProgressRecord(0, activity, $"Open connections may finish: {job.StatusMessage}"));
        }

        if (isShown)
        {
            WriteProgress(new ProgressRecord(0, activity, "Done") { RecordType = ProgressRecordType.Completed });
        }

        return true;
    }

    private bool IsRelay(Job job)
    {
        bool isRelay = JobKind.Relay.Contains(job);
        if (!isRelay)
        {
            WriteError(RelayErrors.NotARelay(job));
        }

        return isRelay;
    }
}
