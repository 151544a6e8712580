using System.Management.Automation;
using System.Runtime.Versioning;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.Linux;
using ProxyHelper.Mappings;

namespace ProxyHelper.PowerShell.Commands;

/// <summary>Shows how the router translates connections, from the kernel's table or from a saved one.</summary>
[Cmdlet(VerbsCommon.Get, "NatMapping", DefaultParameterSetName = ListSet)]
[OutputType(typeof(ConntrackEntry), typeof(RouterMapping), typeof(ConntrackChange))]
public sealed class GetNatMappingCommand : NatMappingFilterCommand
{
    private const string ListSet = "List";
    private const string ExactSet = "Exact";
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";
    private const string TextSet = "Text";
    private const string MappingSet = "Mapping";

    private MappingLookUp? _lookUp;
    private SavedTables? _saved;

    /// <summary>
    /// Gets or sets the translated source, after SNAT, such as 194.0.1.1:20119. For ICMP the port is the
    /// identifier.
    /// </summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ExactSet)]
    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = LiteralPathSet)]
    [Parameter(ParameterSetName = TextSet)]
    [ArgumentCompleter(typeof(EndPointCompleter))]
    [EndPoint(IsSingle = true)]
    public TransportEndPoint? Source { get; set; }

    /// <summary>
    /// Gets or sets the translated destination, after DNAT, such as 194.0.22.9:9199. For ICMP the port is 0.
    /// </summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ExactSet)]
    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = LiteralPathSet)]
    [Parameter(ParameterSetName = TextSet)]
    [ArgumentCompleter(typeof(EndPointCompleter))]
    [EndPoint(IsSingle = true)]
    public TransportEndPoint? Destination { get; set; }

    /// <summary>Gets or sets the files of saved tables, of any known router. Wildcards are allowed.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PathSet)]
    [SupportsWildcards]
    [RequireValue(AcceptsAnyCharacter = true)]
    public string[] Path { get; set; } = [];

    /// <summary>Gets or sets the files of saved tables. No character is a wildcard.</summary>
    /// <remarks>
    /// The alias is the property of a file. PSPath would also bind from each line that Get-Content returns.
    /// </remarks>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet)]
    [Alias("FullName")]
    [RequireValue(AcceptsAnyCharacter = true)]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>
    /// Gets or sets lines of a saved table, or the objects in which Windows and RouterOS list their tables.
    /// </summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = TextSet)]
    [SavedText]
    public SavedText[] InputObject { get; set; } = [];

    /// <summary>
    /// Gets or sets mappings to read again: mappings, or objects with their Protocol, OriginalSource and
    /// OriginalDestination, such as the rows of a CSV file.
    /// </summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = MappingSet)]
    [MappingName]
    public ConntrackEntry[] Mapping { get; set; } = [];

    /// <summary>Gets or sets the system of the saved tables. By default, their text shows the system.</summary>
    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = LiteralPathSet)]
    [Parameter(ParameterSetName = TextSet)]
    [RequireValue(IsSingle = true)]
    public NatSystem? Format { get; set; }

    /// <summary>
    /// Gets or sets whether the two states of a connection, which pf and IPFilter have, are shown as the router lists
    /// them.
    /// </summary>
    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = LiteralPathSet)]
    [Parameter(ParameterSetName = TextSet)]
    public SwitchParameter Unjoined { get; set; }

    /// <summary>
    /// Gets or sets whether pf skips the inside interface, so that a look-up accepts a state without its other half.
    /// </summary>
    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = LiteralPathSet)]
    [Parameter(ParameterSetName = TextSet)]
    public SwitchParameter InsideSkipped { get; set; }

    /// <summary>Gets or sets the routing domain: a VRF of Cisco or Junos, or an rdomain of OpenBSD.</summary>
    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = LiteralPathSet)]
    [Parameter(ParameterSetName = TextSet)]
    [ArgumentCompleter(typeof(EntryValueCompleter))]
    [RequireValue]
    public string[] RoutingDomain { get; set; } = [];

    /// <summary>Gets or sets whether connections without NAT are shown, too.</summary>
    [Parameter]
    public SwitchParameter IncludeUntranslated { get; set; }

    private IPProtocol[] LookUpProtocols => Protocol.Length == 0 ? [IPProtocol.Tcp] : Protocol;

    [SupportedOSPlatform("linux")]
    private MappingListing Listing => new(this, Filter, LookUp, Cancellation);

    [SupportedOSPlatform("linux")]
    private MappingLookUp LookUp => _lookUp ??= new MappingLookUp(this, Filter);

    private SavedTables Saved => _saved ??= new SavedTables(this, ReadRequest());

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        switch (ParameterSetName)
        {
            case PathSet:
                Array.ForEach(Path, new SavedFiles(this, Saved).ReadMatches);
                break;
            case LiteralPathSet:
                Array.ForEach(LiteralPath, new SavedFiles(this, Saved).Read);
                break;
            case TextSet:
                Array.ForEach(InputObject, Saved.Read);
                break;
            default:
                AskKernel();
                break;
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing() => _saved?.Finish();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && OperatingSystem.IsLinux())
        {
            _lookUp?.Dispose();
        }

        base.Dispose(disposing);
    }

    private SavedRequest ReadRequest()
    {
        if (Source is null != Destination is null)
        {
            throw Terminating(MappingErrors.EndMissing(Source is null ? nameof(Source) : nameof(Destination)));
        }

        return new SavedRequest
        {
            Format = Format,
            IsUnjoined = Unjoined,
            IsInsideSkipped = InsideSkipped,
            Filter = RowFilterWithNat(IncludeUntranslated || Source is not null, RoutingDomain),
            Queries = Source is { } source && Destination is { } destination
                ? [.. LookUpProtocols.Select(one => new MappingQuery(one, source, destination))]
                : [],
            Cancellation = Cancellation,
        };
    }

    private void AskKernel()
    {
        if (!OperatingSystem.IsLinux())
        {
            throw NotLinux();
        }

        try
        {
            if (!TryLookUp())
            {
                ConntrackFilter filter = FilterWithNat(IncludeUntranslated);
                Listing.Write(filter, filter);
            }
        }
        catch (LinuxException failure)
        {
            throw Terminating(Errors.From(failure, CommandName));
        }
    }

    /// <summary>Finds single mappings. If no mapping is found, this is an error.</summary>
    /// <returns>False if the parameters need a listing of the table.</returns>
    [SupportedOSPlatform("linux")]
    private bool TryLookUp()
    {
        if (ParameterSetName == MappingSet)
        {
            Array.ForEach(Mapping, LookUp.Refresh);
        }
        else if (ParameterSetName == ExactSet && Zone.Contains((ushort)0))
        {
            // The zone of the reply direction can be another one.
            Listing.WriteByEnds(Source!.Value, Destination!.Value, isOriginal: false, LookUpProtocols);
        }
        else if (ParameterSetName == ExactSet)
        {
            LookUp.Find(Source!.Value, Destination!.Value);
        }
        else if (OnlyEndPoints(OriginalSource, OriginalDestination) is { } original)
        {
            Listing.WriteByEnds(original.Source, original.Destination, isOriginal: true, Protocol);
        }
        else if (OnlyEndPoints(TranslatedSource, TranslatedDestination) is { } translated)
        {
            Listing.WriteByEnds(translated.Source, translated.Destination, isOriginal: false, Protocol);
        }
        else
        {
            return false;
        }

        return true;
    }

    /// <summary>Returns both ends if the filters name one end point each.</summary>
    private static (TransportEndPoint Source, TransportEndPoint Destination)? OnlyEndPoints(
        EndPointPattern[] sources, EndPointPattern[] destinations) =>
        sources is [{ EndPoint: { } source }] && destinations is [{ EndPoint: { } destination }]
            ? (source, destination)
            : null;
}
