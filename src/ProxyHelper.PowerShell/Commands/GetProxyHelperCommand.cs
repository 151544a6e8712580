using System.Management.Automation;

namespace ProxyHelper.PowerShell.Commands;

/// <summary>Shows this session's responders: where they listen, since when, and what they have answered.</summary>
[Cmdlet(VerbsCommon.Get, "ProxyHelper", DefaultParameterSetName = NameSet)]
[OutputType("ProxyHelper.PowerShell.ResponderJob")]
public sealed class GetProxyHelperCommand : ProxyHelperCommand
{
    private const string NameSet = "Name";
    private const string IdSet = "Id";

    /// <summary>The names to show; wildcards may be used. All unless said.</summary>
    [Parameter(Position = 0, ParameterSetName = NameSet)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ResponderCompleter))]
    public string[] Name { get; set; } = ["*"];

    /// <summary>The job ids to show.</summary>
    [Parameter(Mandatory = true, ParameterSetName = IdSet)]
    [ArgumentCompleter(typeof(ResponderCompleter))]
    public int[] Id { get; set; } = [];

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        IEnumerable<Job> found = ParameterSetName == IdSet
            ? ResponderSelection.ById(JobRepository, Id, WriteError)
            : ResponderSelection.ByName(JobRepository, Name, WriteError);
        WriteObject(found, enumerateCollection: true);
    }
}
