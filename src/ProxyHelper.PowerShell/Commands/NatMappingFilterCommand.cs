using System.Management.Automation;
using System.Runtime.Versioning;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.Mappings;

namespace ProxyHelper.PowerShell.Commands;

/// <summary>
/// Represents what the cmdlets that list mappings share: the filters. A mapping fits a filter if it fits one of its
/// values. A mapping is shown if it fits all filters.
/// </summary>
public abstract class NatMappingFilterCommand : ProxyHelperCommand
{
    /// <summary>
    /// Gets or sets the source that opened the connection: 10.1.1.1, 10.1.0.0/16, 10.1.1.1:10943, :10943, or the same
    /// with IPv6.
    /// </summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(EndPointCompleter))]
    [EndPointPattern]
    public EndPointPattern[] OriginalSource { get; set; } = [];

    /// <summary>Gets or sets the destination that the connection was opened to, in the same forms.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(EndPointCompleter))]
    [EndPointPattern]
    public EndPointPattern[] OriginalDestination { get; set; } = [];

    /// <summary>Gets or sets the source that the receiver sees, after SNAT, in the same forms.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(EndPointCompleter))]
    [EndPointPattern]
    public EndPointPattern[] TranslatedSource { get; set; } = [];

    /// <summary>Gets or sets the receiver, after DNAT, in the same forms.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(EndPointCompleter))]
    [EndPointPattern]
    public EndPointPattern[] TranslatedDestination { get; set; } = [];

    /// <summary>Gets or sets a port of any of the four ends. 0 to 65535.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(EntryValueCompleter))]
    [WholeNumber(0, ushort.MaxValue)]
    public ushort[] Port { get; set; } = [];

    /// <summary>Gets or sets the protocol above IP: a name, or a number such as 50.</summary>
    [Parameter]
    [Protocol]
    public IPProtocol[] Protocol { get; set; } = [];

    /// <summary>
    /// Gets or sets which ends are translated: only the Source, only the Destination, Both, Any, or None.
    /// </summary>
    [Parameter]
    [RequireValue]
    public NatSelection[] NatType { get; set; } = [];

    /// <summary>
    /// Gets or sets the state of the connection: a name such as Established, or the word of a router such as
    /// SYN_SENT.
    /// </summary>
    [Parameter]
    [ArgumentCompleter(typeof(StateCompleter))]
    [StateName]
    public StateName[] State { get; set; } = [];

    /// <summary>Gets or sets status bits that must all be set, such as Assured or SeenReply.</summary>
    [Parameter]
    [RequireValue]
    [StatusBits]
    public ConntrackStatus[] Status { get; set; } = [];

    /// <summary>Gets or sets the mark, or some of its bits: 16, 0x10 or 0x10/0xff.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(EntryValueCompleter))]
    [Mark(IsSingle = true)]
    public MarkPattern? Mark { get; set; }

    /// <summary>
    /// Gets or sets the conntrack zone of the original or the reply direction. 0 to 65535. The default is all zones.
    /// For -Source and -Destination, it is zone 0.
    /// </summary>
    [Parameter]
    [ArgumentCompleter(typeof(EntryValueCompleter))]
    [WholeNumber(0, ushort.MaxValue)]
    public ushort[] Zone { get; set; } = [];

    /// <summary>Gets or sets the id of the mapping, as the property Id has it.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(EntryValueCompleter))]
    [MappingId]
    public MappingId[] Id { get; set; } = [];

    /// <summary>Gets the filters. Without -NatType, the type of NAT is not filtered.</summary>
    private protected ConntrackFilter Filter => EndFilter with
    {
        States = [.. State.Select(KernelState)],
        Ids = [.. Id.Select(KernelId)],
    };

    private ConntrackFilter EndFilter => new()
    {
        OriginalSources = OriginalSource,
        OriginalDestinations = OriginalDestination,
        TranslatedSources = TranslatedSource,
        TranslatedDestinations = TranslatedDestination,
        Ports = Port,
        Protocols = Protocol,
        NatTypes = [.. NatType.SelectMany(TypesOf).Distinct()],
        Status = Status.Aggregate(ConntrackStatus.None, (all, one) => all | one),
        Mark = Mark,
        Zones = Zone,
    };

    /// <summary>Returns the filters. Without -NatType, only translated connections fit.</summary>
    /// <param name="includeUntranslated">Whether connections without NAT fit as well.</param>
    private protected ConntrackFilter FilterWithNat(bool includeUntranslated) =>
        Filter with { NatTypes = NatTypesWithNat(includeUntranslated) };

    /// <summary>
    /// Returns the filters for the rows of saved tables. Without -NatType, only translated connections fit.
    /// </summary>
    private protected RowFilter RowFilterWithNat(bool includeUntranslated, string[] routingDomains) => new()
    {
        Ends = EndFilter with { NatTypes = NatTypesWithNat(includeUntranslated) },
        States = State,
        Ids = Id,
        RoutingDomains = routingDomains,
    };

    /// <summary>Warns about messages of the kernel that could not be decoded, if there were any.</summary>
    [SupportedOSPlatform("linux")]
    internal void WarnOfUndecodable(long count)
    {
        if (count > 0)
        {
            WriteWarning(KernelWarnings.Undecodable(count));
        }
    }

    private NatType[] NatTypesWithNat(bool includeUntranslated)
    {
        NatSelection[] selections = NatType.Length == 0 ? [NatSelection.Any] : NatType;
        selections = includeUntranslated ? [.. selections, NatSelection.None] : selections;
        NatType[] types = [.. selections.SelectMany(TypesOf).Distinct()];
        return types.Length == Enum.GetValues<NatType>().Length ? [] : types;
    }

    private static ConnectionState KernelState(StateName state) =>
        state.Kernel ?? throw Terminating(MappingErrors.StateUnknown(state));

    private static uint KernelId(MappingId id) => id.Kernel ?? throw Terminating(MappingErrors.IdNotOfKernel(id));

    private static NatType[] TypesOf(NatSelection selection) => selection switch
    {
        NatSelection.None => [Mappings.NatType.None],
        NatSelection.Source => [Mappings.NatType.Source],
        NatSelection.Destination => [Mappings.NatType.Destination],
        NatSelection.Both => [Mappings.NatType.Both],
        _ => [Mappings.NatType.Source, Mappings.NatType.Destination, Mappings.NatType.Both],
    };
}

/// <summary>Refuses the status without a bit, which every mapping has.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class StatusBitsAttribute : ValidateEnumeratedArgumentsAttribute
{
    /// <inheritdoc/>
    protected override void ValidateElement(object element)
    {
        if (element is ConntrackStatus.None)
        {
            throw new ValidationMetadataException(
                "None is no status bit, and would select every mapping. Give a bit such as Assured or SeenReply.");
        }
    }
}
