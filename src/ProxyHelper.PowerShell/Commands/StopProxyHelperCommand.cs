using System.Management.Automation;

namespace ProxyHelper.PowerShell.Commands;

/// <summary>Stops helpers of this session. When the cmdlet returns, their ports are free.</summary>
[Cmdlet(VerbsLifecycle.Stop, "ProxyHelper", DefaultParameterSetName = NameSet, SupportsShouldProcess = true)]
[OutputType("ProxyHelper.PowerShell.ResponderJob")]
public sealed class StopProxyHelperCommand : ProxyHelperCommand
{
    private const string NameSet = "Name";
    private const string IdSet = "Id";
    private const string JobSet = "Job";

    /// <summary>Gets or sets the names of the helpers. Wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = NameSet)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ResponderCompleter))]
    [RequireValue]
    public string[] Name { get; set; } = [];

    /// <summary>Gets or sets the job ids of the helpers.</summary>
    [Parameter(Mandatory = true, ParameterSetName = IdSet)]
    [ArgumentCompleter(typeof(ResponderCompleter))]
    [WholeNumber(1, int.MaxValue)]
    public int[] Id { get; set; } = [];

    /// <summary>Gets or sets the helpers, from Get-ProxyHelper or Start-ProxyHelper.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = JobSet)]
    [RequireValue]
    public Job[] Job { get; set; } = [];

    /// <summary>Gets or sets whether the cmdlet returns the stopped jobs, for Receive-Job or Remove-Job.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        IEnumerable<Job> chosen = ParameterSetName switch
        {
            NameSet => JobKind.Helper.ByName(JobRepository, Name, WriteError),
            IdSet => JobKind.Helper.ById(JobRepository, Id, WriteError),
            _ => Job.Where(IsResponder),
        };
        foreach (Job job in chosen)
        {
            if (ShouldProcess($"{job.Name} on {job.Location}", "Stop answering"))
            {
                job.StopJob();
                WriteVerbose($"{job.Name} has stopped: {job.StatusMessage}.");
                if (PassThru)
                {
                    WriteObject(job);
                }
            }
        }
    }

    private bool IsResponder(Job job)
    {
        bool isResponder = JobKind.Helper.Contains(job);
        if (!isResponder)
        {
            WriteError(Errors.NotAResponder(job));
        }

        return isResponder;
    }
}
