using System.Management.Automation;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;

namespace ProxyHelper.PowerShell.Commands;

/// <summary>What the cmdlets that list mappings have in common: the filters. Of several values one must fit; all filters must fit.</summary>
public abstract class NatMappingFilterCommand : ProxyHelperCommand
{
    /// <summary>Who opened the connection: 10.1.1.1, 10.1.0.0/16, 10.1.1.1:10943, :10943, or the same with IPv6.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(EndPointCompleter))]
    public EndPointPattern[] OriginalSource { get; set; } = [];

    /// <summary>Whom it was opened to, likewise.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(EndPointCompleter))]
    public EndPointPattern[] OriginalDestination { get; set; } = [];

    /// <summary>The source as the receiving end sees it, after SNAT, likewise.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(EndPointCompleter))]
    public EndPointPattern[] TranslatedSource { get; set; } = [];

    /// <summary>The receiving end, after DNAT, likewise.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(EndPointCompleter))]
    public EndPointPattern[] TranslatedDestination { get; set; } = [];

    /// <summary>A port, 0 to 65535, of any of the four ends.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(EntryValueCompleter))]
    public ushort[] Port { get; set; } = [];

    /// <summary>The protocol above IP: a name, or a number such as 50.</summary>
    [Parameter]
    public IPProtocol[] Protocol { get; set; } = [];

    /// <summary>What is translated: the Source alone, the Destination alone, Both, Any of these, or None.</summary>
    [Parameter]
    public NatSelection[] NatType { get; set; } = [];

    /// <summary>The state of a TCP, SCTP or DCCP connection.</summary>
    [Parameter]
    public ConnectionState[] State { get; set; } = [];

    /// <summary>Status bits that must all be set, such as Assured or SeenReply.</summary>
    [Parameter]
    public ConntrackStatus[] Status { get; set; } = [];

    /// <summary>The mark, or some of its bits: 16, 0x10 or 0x10/0xff.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(EntryValueCompleter))]
    public MarkPattern? Mark { get; set; }

    /// <summary>The conntrack zone, 0 to 65535. A listing has all zones unless said, a look-up zone 0.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(EntryValueCompleter))]
    public ushort[] Zone { get; set; } = [];

    /// <summary>The kernel's number of the entry, as the property Id has it.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(EntryValueCompleter))]
    public uint[] Id { get; set; } = [];

    /// <summary>The filters, without one for the kind of NAT unless -NatType was given.</summary>
    private protected ConntrackFilter Filter => new()
    {
        OriginalSources = OriginalSource,
        OriginalDestinations = OriginalDestination,
        TranslatedSources = TranslatedSource,
        TranslatedDestinations = TranslatedDestination,
        Ports = Port,
        Protocols = Protocol,
        NatTypes = [.. NatType.SelectMany(TypesOf).Distinct()],
        States = State,
        Status = Status.Aggregate(ConntrackStatus.None, (all, one) => all | one),
        Mark = Mark,
        Zones = Zone,
        Ids = Id,
    };

    /// <summary>The filters; unless said, for translated connections alone.</summary>
    /// <param name="includeUntranslated">Whether those that are not translated are meant as well.</param>
    private protected ConntrackFilter FilterWithNat(bool includeUntranslated)
    {
        NatSelection[] selections = NatType.Length == 0 ? [NatSelection.Any] : NatType;
        selections = includeUntranslated ? [.. selections, NatSelection.None] : selections;
        NatType[] types = [.. selections.SelectMany(TypesOf).Distinct()];
        return Filter with { NatTypes = types.Length == Enum.GetValues<NatType>().Length ? [] : types };
    }

    private static NatType[] TypesOf(NatSelection selection) => selection switch
    {
        NatSelection.None => [Conntrack.NatType.None],
        NatSelection.Source => [Conntrack.NatType.Source],
        NatSelection.Destination => [Conntrack.NatType.Destination],
        NatSelection.Both => [Conntrack.NatType.Both],
        _ => [Conntrack.NatType.Source, Conntrack.NatType.Destination, Conntrack.NatType.Both],
    };
}
