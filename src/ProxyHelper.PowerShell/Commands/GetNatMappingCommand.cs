using System.Management.Automation;
using System.Runtime.Versioning;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.Linux;

namespace ProxyHelper.PowerShell.Commands;

/// <summary>Shows what the router's NAT does to connections: from the kernel's conntrack table, or from a table that was saved.</summary>
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

    /// <summary>The connection's source as the proxy sees it, after SNAT, such as 194.0.1.1:20119; for ICMP the port is the identifier.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ExactSet)]
    [ArgumentCompleter(typeof(EndPointCompleter))]
    public TransportEndPoint Source { get; set; }

    /// <summary>The connection's destination as the proxy sees it, after DNAT, such as 194.0.22.9:9199; for ICMP the port is 0.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ExactSet)]
    [ArgumentCompleter(typeof(EndPointCompleter))]
    public TransportEndPoint Destination { get; set; }

    /// <summary>Files that hold a saved table, as conntrack -L or /proc/net/nf_conntrack give it; wildcards may be used.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PathSet)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>The same, their names taken as they are.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet)]
    [Alias("FullName")] // as files have; PSPath is also on each line that Get-Content gives
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>Lines of a saved table.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = TextSet)]
    [AllowEmptyCollection]
    [SavedText]
    public SavedText[] InputObject { get; set; } = [];

    /// <summary>Shows connections that are not translated as well.</summary>
    [Parameter]
    public SwitchParameter IncludeUntranslated { get; set; }

    private SavedTable Saved => _saved ??= new SavedTable(this, FilterWithNat(IncludeUntranslated), Cancellation);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        switch (ParameterSetName)
        {
            case PathSet:
                WriteFiles(Path.SelectMany(ResolveFiles));
                break;
            case LiteralPathSet:
                WriteFiles(LiteralPath);
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

    private void WriteFiles(IEnumerable<string> paths)
    {
        foreach (string path in paths)
        {
            try
            {
                Saved.WriteFile(ResolveFile(path));
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                WriteError(Errors.SavedFileUnreadable(path, failure));
            }
        }
    }

    private IEnumerable<string> ResolveFiles(string pattern)
    {
        try
        {
            return SessionState.Path.GetResolvedProviderPathFromPSPath(pattern, out _);
        }
        catch (ItemNotFoundException)
        {
            return [pattern]; // which opening it will tell
        }
    }

    private void AskKernel()
    {
        if (!OperatingSystem.IsLinux())
        {
            Throw(Errors.PlatformNotSupported(MyInvocation.MyCommand.Name));
            return;
        }

        if (ParameterSetName == ExactSet)
        {
            Find(Source, Destination, isOriginal: false);
        }
        else if (Only(OriginalSource) is { } source && Only(OriginalDestination) is { } destination && Zone.Length <= 1)
        {
            Find(source, destination, isOriginal: true);
        }
        else if (Only(TranslatedSource) is { } seenSource && Only(TranslatedDestination) is { } seenDestination && Zone.Length <= 1)
        {
            Find(seenSource, seenDestination, isOriginal: false);
        }
        else
        {
            List();
        }
    }

    private static TransportEndPoint? Only(EndPointPattern[] patterns) => patterns is [var only] ? only.EndPoint : null;

    /// <summary>Looks a connection up by both ends of one direction: a hash look-up, whatever the table's size.</summary>
    [SupportedOSPlatform("linux")]
    private void Find(TransportEndPoint source, TransportEndPoint destination, bool isOriginal)
    {
        if (source.ToIPEndPoint().AddressFamily != destination.ToIPEndPoint().AddressFamily)
        {
            WriteError(Errors.MixedFamilies(source, destination));
            return;
        }

        ushort zone = Zone is [var given] ? given : (ushort)0;
        ConntrackTuple[] tuples = [.. ProtocolsOf(destination).Select(protocol => new ConntrackTuple(protocol, source, destination))];
        try
        {
            _table ??= ConntrackTable.Open();
            WriteVerbose($"Looking up {string.Join(" and ", tuples)} in zone {zone}, by the {(isOriginal ? "original" : "translated")} ends.");
            ConntrackEntry[] found = [.. tuples.Select(tuple => Find(_table, tuple, zone, isOriginal)).OfType<ConntrackEntry>()];
            WriteObject(found.Where(Filter.Matches), enumerateCollection: true);
            if (found.Length == 0)
            {
                WriteError(Errors.MappingNotFound(tuples[0], isOriginal, zone, _table.ReadStatistics()));
            }
        }
        catch (LinuxException failure)
        {
            Throw(Errors.From(failure, MyInvocation.MyCommand.Name));
        }
    }

    [SupportedOSPlatform("linux")]
    private static ConntrackEntry? Find(ConntrackTable table, ConntrackTuple tuple, ushort zone, bool isOriginal) =>
        isOriginal ? table.FindByOriginal(tuple, zone) : table.Find(tuple.Reversed, zone);

    /// <summary>The protocols to look up: those given; else TCP for what the proxy sees, and all that the ends can be of.</summary>
    private IPProtocol[] ProtocolsOf(TransportEndPoint destination) =>
        Protocol.Length > 0 ? Protocol
        : ParameterSetName == ExactSet ? [IPProtocol.Tcp]
        : destination.Port != 0 ? [IPProtocol.Tcp, IPProtocol.Udp, IPProtocol.Sctp, IPProtocol.UdpLite]
        : destination.ToIPEndPoint().AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? [IPProtocol.Icmp]
        : [IPProtocol.IcmpV6];

    [SupportedOSPlatform("linux")]
    private void List()
    {
        long given = 0;
        var progress = new CountProgress(this, "Looking for mappings", CountEntries);
        try
        {
            ConntrackListing listing = ConntrackTable.Enumerate(FilterWithNat(IncludeUntranslated), progress, Cancellation);
            WriteVerbose($"Asking the kernel for: {listing.DescribeKernelFilter()}. What else was said is compared here.");
            foreach (ConntrackEntry entry in listing)
            {
                progress.End(); // what is put out shows that it goes on, and a bar would disturb it
                given++;
                WriteObject(entry);
            }

            progress.End();
            WriteVerbose($"Mappings that fit: {given}; the listing took {Seconds(progress.Elapsed)}.");
        }
        catch (OperationCanceledException) when (Cancellation.IsCancellationRequested)
        {
            // Ctrl+C: there is nobody left to tell.
        }
        catch (LinuxException failure)
        {
            Throw(given > 0 ? Errors.ListingIncomplete(failure) : Errors.From(failure, MyInvocation.MyCommand.Name));
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
            return null; // a listing is not given up for its progress bar
        }
    }
}
