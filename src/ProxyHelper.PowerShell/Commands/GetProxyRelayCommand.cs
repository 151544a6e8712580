using System.Management.Automation;

namespace ProxyHelper.PowerShell.Commands;

/// <summary>Shows the relays of this session: where they listen, their targets, and their counters.</summary>
[Cmdlet(VerbsCommon.Get, "ProxyRelay", DefaultParameterSetName = NameSet)]
[OutputType("ProxyHelper.PowerShell.RelayJob")]
public sealed class GetProxyRelayCommand : ProxyHelperCommand
{
    private const string NameSet = "Name";
    private const string IdSet = "Id";

    /// <summary>
    /// Gets or sets the names of the relays. Wildcards are allowed. The default is *: all relays.
    /// </summary>
    [Parameter(Position = 0, ParameterSetName = NameSet)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ResponderCompleter))]
    [RequireValue]
    public string[] Name { get; set; } = ["*"];

    /// <summary>Gets or sets the job ids of the relays.</summary>
    [Parameter(Mandatory = true, ParameterSetName = IdSet)]
    [ArgumentCompleter(typeof(ResponderCompleter))]
    [WholeNumber(1, int.MaxValue)]
    public int[] Id { get; set; } = [];

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        IEnumerable<Job> found = ParameterSetName == IdSet
            ? JobKind.Relay.ById(JobRepository, Id, WriteError)
            : JobKind.Relay.ByName(JobRepository, Name, WriteError);
        WriteObject(found, enumerateCollection: true);
    }
}
