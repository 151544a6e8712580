using System.ComponentModel;
using System.Management.Automation;

namespace ProxyHelper.PowerShell.Commands;

/// <summary>Shows the jobs of one kind of this session, by name or by id.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class GetJobCommand : ProxyHelperCommand
{
    private protected const string NameSet = "Name";
    private const string IdSet = "Id";

    /// <summary>Gets or sets the names of the jobs. Wildcards are allowed. The default is *: all jobs.</summary>
    [Parameter(Position = 0, ParameterSetName = NameSet)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ResponderCompleter))]
    [RequireValue]
    public string[] Name { get; set; } = ["*"];

    /// <summary>Gets or sets the ids of the jobs.</summary>
    [Parameter(Mandatory = true, ParameterSetName = IdSet)]
    [ArgumentCompleter(typeof(ResponderCompleter))]
    [WholeNumber(1, int.MaxValue)]
    public int[] Id { get; set; } = [];

    /// <summary>Gets the kind of the jobs.</summary>
    private protected abstract JobKind Kind { get; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        IEnumerable<Job> found = ParameterSetName == IdSet
            ? Kind.ById(JobRepository, Id, WriteError)
            : Kind.ByName(JobRepository, Name, WriteError);
        WriteObject(found, enumerateCollection: true);
    }
}
