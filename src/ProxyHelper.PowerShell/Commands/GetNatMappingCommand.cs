using System.Management.Automation;
using System.Runtime.Versioning;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.Linux;

namespace ProxyHelper.PowerShell.Commands;

/// <summary>Shows how the router translates connections, from the kernel's table or from a saved one.</summary>
[Cmdlet(VerbsCommon.Get, "NatMapping", DefaultParameterSetName = ListSet)]
[OutputType(typeof(ConntrackEntry))]
public sealed class GetNatMappingCommand : NatMappingFilterCommand
{
    private const string ListSet = "List";
    private const string ExactSet = "Exact";
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";
    private const string TextSet = "Text";
    private const string MappingSet = "Mapping";

    private MappingLookUp? _lookUp;
    private SavedTable? _saved;

    /// <summary>
    /// Gets or sets the translated source, after SNAT, such as 194.0.1.1:20119. For ICMP the port is the
    /// identifier.
    /// </summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ExactSet)]
    [ArgumentCompleter(typeof(EndPointCompleter))]
    [EndPoint(IsSingle = true)]
    public TransportEndPoint Source { get; set; }

    /// <summary>
    /// Gets or sets the translated destination, after DNAT, such as 194.0.22.9:9199. For ICMP the port is 0.
    /// </summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ExactSet)]
    [ArgumentCompleter(typeof(EndPointCompleter))]
    [EndPoint(IsSingle = true)]
    public TransportEndPoint Destination { get; set; }

    /// <summary>
    /// Gets or sets the files of a saved table, from conntrack -L or /proc/net/nf_conntrack. Wildcards are allowed.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = PathSet)]
    [SupportsWildcards]
    [RequireValue(AcceptsAnyCharacter = true)]
    public string[] Path { get; set; } = [];

    /// <summary>Gets or sets the files of a saved table. No character is a wildcard.</summary>
    /// <remarks>
    /// The alias is the property of a file. PSPath would also bind from each line that Get-Content returns.
    /// </remarks>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet)]
    [Alias("FullName")]
    [RequireValue(AcceptsAnyCharacter = true)]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>Gets or sets lines of a saved table.</summary>
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

    /// <summary>Gets or sets whether connections without NAT are shown, too.</summary>
    [Parameter]
    public SwitchParameter IncludeUntranslated { get; set; }

    [SupportedOSPlatform("linux")]
    private MappingLookUp LookUp => _lookUp ??= new MappingLookUp(this, Filter);

    private SavedTable Saved => _saved ??= new SavedTable(this, FilterWithNat(IncludeUntranslated), Cancellation);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        switch (ParameterSetName)
        {
            case PathSet:
                Array.ForEach(Path, new SavedFiles(this, Saved).WriteMatches);
                break;
            case LiteralPathSet:
                Array.ForEach(LiteralPath, new SavedFiles(this, Saved).Write);
                break;
            case TextSet:
                Array.ForEach(InputObject, input => Saved.WriteText(input.ToString()));
                break;
            default:
                AskKernel();
                break;
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && OperatingSystem.IsLinux())
        {
            _lookUp?.Dispose();
        }

        base.Dispose(disposing);
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
                List(filter, filter);
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
            ListByEnds(Source, Destination, isOriginal: false); // the zone of the reply direction can be another one
        }
        else if (ParameterSetName == ExactSet)
        {
            LookUp.Find(Source, Destination);
        }
        else if (OnlyEndPoints(OriginalSource, OriginalDestination) is { } original)
        {
            ListByEnds(original.Source, original.Destination, isOriginal: true);
        }
        else if (OnlyEndPoints(TranslatedSource, TranslatedDestination) is { } translated)
        {
            ListByEnds(translated.Source, translated.Destination, isOriginal: false);
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

    /// <summary>Lists the connections that have both ends of a direction, in any zone and of any protocol.</summary>
    [SupportedOSPlatform("linux")]
    private void ListByEnds(TransportEndPoint source, TransportEndPoint destination, bool isOriginal)
    {
        if (source.AddressFamily != destination.AddressFamily)
        {
            WriteError(MappingErrors.MixedFamilies(source, destination));
            return;
        }

        IPProtocol[] protocols = ParameterSetName == ExactSet && Protocol.Length == 0 ? [IPProtocol.Tcp] : Protocol;
        EndPointPattern[] from = [new(source)], to = [new(destination)];
        var ends = new ConntrackFilter { Protocols = protocols, Zones = Zone };
        ends = isOriginal
            ? ends with { OriginalSources = from, OriginalDestinations = to }
            : ends with { TranslatedSources = from, TranslatedDestinations = to };
        if (List(ends, Filter) == 0 && !Cancellation.IsCancellationRequested)
        {
            var tuple = new ConntrackTuple(Protocol is [var first, ..] ? first : IPProtocol.Tcp, source, destination);
            WriteError(MappingErrors.MappingNotFound(tuple, isOriginal, Zone, LookUp.ReadStatistics()));
        }
    }

    /// <summary>Lists the connections that match both filters.</summary>
    /// <returns>The number of connections that match the first filter.</returns>
    [SupportedOSPlatform("linux")]
    private long List(ConntrackFilter listed, ConntrackFilter filter)
    {
        long found = 0, written = 0;
        var progress = new CountProgress(this, "Listing mappings", CountEntries);
        try
        {
            ConntrackListing listing = ConntrackTable.Enumerate(listed, progress, Cancellation);
            string asked = listing.DescribeKernelFilter();
            WriteVerbose(
                $"Asking the kernel for: {asked}. The module applies the remaining filters. "
                + KernelWarnings.MissingValues());
            foreach (ConntrackEntry entry in listing)
            {
                found++;
                if (!ReferenceEquals(filter, listed) && !filter.Matches(entry))
                {
                    continue;
                }

                progress.End(); // The output itself shows progress, and a bar would disturb it.
                written++;
                WriteObject(entry);
            }

            progress.End();
            WarnOfUndecodable(listing.Undecodable);
            WriteVerbose($"Mappings found: {written}, in {Seconds(progress.Elapsed)}.");
        }
        catch (OperationCanceledException) when (Cancellation.IsCancellationRequested)
        {
            // After Ctrl+C, nobody reads the output.
        }
        catch (LinuxException failure) when (written > 0)
        {
            throw Terminating(Errors.ListingIncomplete(failure));
        }

        return found;
    }

    [SupportedOSPlatform("linux")]
    private long? CountEntries()
    {
        try
        {
            return LookUp.ReadStatistics().Entries;
        }
        catch (LinuxException)
        {
            return null; // The listing goes on without a total in its progress bar.
        }
    }
}
