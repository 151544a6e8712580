using System.Management.Automation;

namespace ProxyHelper.PowerShell.Commands;

/// <summary>Shows the helpers of this session: where they listen, since when, and their counters.</summary>
[Cmdlet(VerbsCommon.Get, "ProxyHelper", DefaultParameterSetName = NameSet)]
[OutputType("ProxyHelper.PowerShell.ResponderJob")]
public sealed class GetProxyHelperCommand : ProxyHelperCommand
{
    private const string NameSet = "Name";
    private const string IdSet = "Id";

    /// <summary>
    /// Gets or sets the names of the helpers. Wildcards are allowed. The default is *: all helpers.
    /// </summary>
    [Parameter(Position = 0, ParameterSetName = NameSet)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ResponderCompleter))]
    [RequireValue]
    public string[] Name { get; set; } = ["*"];

    /// <summary>Gets or sets the job ids of the helpers.</summary>
    [Parameter(Mandatory = true, ParameterSetName = IdSet)]
    [ArgumentCompleter(typeof(ResponderCompleter))]
    [WholeNumber(1, int.MaxValue)]
    public int[] Id { get; set; } = [];

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        IEnumerable<Job> found = ParameterSetName == IdSet
            ? JobKind.Helper.ById(JobRepository, Id, WriteError)
            : JobKind.Helper.ByName(JobRepository, Name, WriteError);
        WriteObject(found, enumerateCollection: true);
    }
}
