using System.Management.Automation;
using System.Runtime.Versioning;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.Linux;

namespace ProxyHelper.PowerShell.Commands;

/// <summary>
/// Shows how the router translates connections, from the kernel's conntrack table or from a saved table.
/// </summary>
[Cmdlet(VerbsCommon.Get, "NatMapping", DefaultParameterSetName = ListSet)]
[OutputType(typeof(ConntrackEntry))]
public sealed class GetNatMappingCommand : NatMappingFilterCommand
{
    private const string ListSet = "List";
    private const string ExactSet = "Exact";
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";
    private const string TextSet = "Text";

    private ConntrackTable? _table;
    private SavedTable? _saved;

    /// <summary>
    /// Gets or sets the translated source, after SNAT, such as 194.0.1.1:20119. For ICMP the port is the
    /// identifier.
    /// </summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ExactSet)]
    [ArgumentCompleter(typeof(EndPointCompleter))]
    [EndPoint]
    public TransportEndPoint Source { get; set; }

    /// <summary>
    /// Gets or sets the translated destination, after DNAT, such as 194.0.22.9:9199. For ICMP the port is 0.
    /// </summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ExactSet)]
    [ArgumentCompleter(typeof(EndPointCompleter))]
    [EndPoint]
    public TransportEndPoint Destination { get; set; }

    /// <summary>
    /// Gets or sets the files of a saved table, from conntrack -L or /proc/net/nf_conntrack. Wildcards are allowed.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = PathSet)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>Gets or sets the files of a saved table. No character is a wildcard.</summary>
    /// <remarks>
    /// The alias is the property of a file. PSPath would also bind from each line that Get-Content returns.
    /// </remarks>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet)]
    [Alias("FullName")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>Gets or sets lines of a saved table.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = TextSet)]
    [AllowEmptyCollection]
    [SavedText]
    public SavedText[] InputObject { get; set; } = [];

    /// <summary>Gets or sets whether connections without NAT are shown, too.</summary>
    [Parameter]
    public SwitchParameter IncludeUntranslated { get; set; }

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
            _table?.Dispose();
        }

        base.Dispose(disposing);
    }

    private void AskKernel()
    {
        if (!OperatingSystem.IsLinux())
        {
            throw NotLinux();
        }

        if (ParameterSetName == ExactSet)
        {
            Find(Source, Destination, isOriginal: false);
        }
        else if (OnlyEndPoints(OriginalSource, OriginalDestination) is { } original)
        {
            Find(original.Source, original.Destination, isOriginal: true);
        }
        else if (OnlyEndPoints(TranslatedSource, TranslatedDestination) is { } translated)
        {
            Find(translated.Source, translated.Destination, isOriginal: false);
        }
        else
        {
            List();
        }
    }

    /// <summary>Returns both ends if the filters name one end point each, and at most one zone.</summary>
    private (TransportEndPoint Source, TransportEndPoint Destination)? OnlyEndPoints(
        EndPointPattern[] sources, EndPointPattern[] destinations) =>
        sources is [{ EndPoint: { } source }] && destinations is [{ EndPoint: { } destination }] && Zone.Length <= 1
            ? (source, destination)
            : null;

    /// <summary>
    /// Looks up a connection by both ends of one direction. The time does not depend on the size of the table.
    /// </summary>
    [SupportedOSPlatform("linux")]
    private void Find(TransportEndPoint source, TransportEndPoint destination, bool isOriginal)
    {
        if (source.AddressFamily != destination.AddressFamily)
        {
            WriteError(Errors.MixedFamilies(source, destination));
            return;
        }

        ushort zone = Zone is [var given] ? given : (ushort)0;
        ConntrackTuple[] tuples =
            [.. ProtocolsOf(destination).Select(protocol => new ConntrackTuple(protocol, source, destination))];
        try
        {
            _table ??= ConntrackTable.Open();
            string ends = isOriginal ? "original" : "translated";
            WriteVerbose($"Looking up {string.Join(" and ", tuples)} in zone {zone}, by the {ends} ends.");
            var found = tuples.Select(tuple => Find(_table, tuple, zone, isOriginal)).OfType<ConntrackEntry>().ToList();
            WriteObject(found.Where(Filter.Matches), enumerateCollection: true);
            if (found.Count == 0)
            {
                WriteError(Errors.MappingNotFound(tuples[0], isOriginal, zone, _table.ReadStatistics()));
            }
        }
        catch (LinuxException failure)
        {
            throw Terminating(Errors.From(failure, CommandName));
        }
    }

    [SupportedOSPlatform("linux")]
    private static ConntrackEntry? Find(ConntrackTable table, ConntrackTuple tuple, ushort zone, bool isOriginal) =>
        isOriginal ? table.FindByOriginal(tuple, zone) : table.Find(tuple.Reversed, zone);

    // The proxy asks about TCP. A filter means every protocol that has such ends.
    private IPProtocol[] ProtocolsOf(TransportEndPoint destination) =>
        Protocol.Length > 0 ? Protocol
        : ParameterSetName == ExactSet ? [IPProtocol.Tcp]
        : destination.Port != 0 ? [IPProtocol.Tcp, IPProtocol.Udp, IPProtocol.Sctp, IPProtocol.UdpLite]
        : destination.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? [IPProtocol.Icmp]
        : [IPProtocol.IcmpV6];

    [SupportedOSPlatform("linux")]
    private void List()
    {
        long written = 0;
        var progress = new CountProgress(this, "Listing mappings", CountEntries);
        try
        {
            ConntrackFilter filter = FilterWithNat(IncludeUntranslated);
            ConntrackListing listing = ConntrackTable.Enumerate(filter, progress, Cancellation);
            string asked = listing.DescribeKernelFilter();
            WriteVerbose($"Asking the kernel for: {asked}. The module applies the remaining filters.");
            foreach (ConntrackEntry entry in listing)
            {
                progress.End(); // The output itself shows progress, and a bar would disturb it.
                written++;
                WriteObject(entry);
            }

            progress.End();
            WriteVerbose($"Mappings found: {written}, in {Seconds(progress.Elapsed)}.");
        }
        catch (OperationCanceledException) when (Cancellation.IsCancellationRequested)
        {
            // After Ctrl+C, nobody reads the output.
        }
        catch (LinuxException failure)
        {
            throw Terminating(written > 0 ? Errors.ListingIncomplete(failure) : Errors.From(failure, CommandName));
        }
    }

    [SupportedOSPlatform("linux")]
    private long? CountEntries()
    {
        try
        {
            _table ??= ConntrackTable.Open();
            return _table.ReadStatistics().Entries;
        }
        catch (LinuxException)
        {
            return null; // The listing goes on without a total in its progress bar.
        }
    }
}
