using System.Management.Automation;
using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ProxyHelper.Access;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.Linux;

namespace ProxyHelper.PowerShell;

/// <summary>Every error record of the module. An error's id is the name of the method that makes it; ids are a public contract.</summary>
internal static class Errors
{
    public static ErrorRecord PlatformNotSupported(string command) => Make(
        new PlatformNotSupportedException($"{command} needs Linux, whose conntrack table it asks; this is {RuntimeInformation.OSDescription}."),
        ErrorCategory.NotImplemented,
        RuntimeInformation.OSDescription,
        "Run it on the router. Test-ProxyHelper works on any system.");

    public static ErrorRecord NeedsNetAdmin(string command, Exception cause) => Make(
        new UnauthorizedAccessException($"{command} needs CAP_NET_ADMIN to ask the kernel's conntrack table: run it as root.", cause),
        ErrorCategory.PermissionDenied,
        command,
        "Where root is too much, give the process CAP_NET_ADMIN in the network namespace that it looks at (setcap, AmbientCapabilities).");

    public static ErrorRecord ConntrackUnavailable(Exception cause) => Make(
        new InvalidOperationException($"The kernel's conntrack table cannot be asked. {cause.Message}", cause),
        ErrorCategory.ResourceUnavailable,
        "nf_conntrack_netlink",
        "Load the module with 'modprobe nf_conntrack_netlink', and see that the process may use AF_NETLINK sockets.");

    public static ErrorRecord ListingIncomplete(Exception cause) => Make(
        new InvalidOperationException($"The listing broke off: what was given is a part of the conntrack table only. {cause.Message}", cause),
        ErrorCategory.ReadError,
        "conntrack",
        "Run it again; if it breaks off each time, the cause says why.");

    public static ErrorRecord AddressInUse(BindException cause) => Make(
        new IOException($"Another program listens on {cause.EndPoint} ({(IsTcp(cause) ? "TCP" : "UDP")}).", cause),
        ErrorCategory.ResourceBusy,
        cause.EndPoint,
        $"See which with 'ss -{(IsTcp(cause) ? 't' : 'u')}lpn sport = :{cause.EndPoint.Port}', and with Get-ProxyHelper; stop it, or choose another -{PortParameter(cause)}.");

    public static ErrorRecord AddressNotLocal(BindException cause) => Make(
        new IOException($"{cause.EndPoint.Address} is not an address of this machine. It has: {string.Join(", ", LocalAddresses.All().Select(local => local.Address))}.", cause),
        ErrorCategory.InvalidArgument,
        cause.EndPoint.Address,
        "Give the address that SNAT shows to the proxy, or 0.0.0.0 for all addresses; -AllowAbsentAddress for one that comes later, such as at boot.");

    public static ErrorRecord PortNeedsPrivilege(BindException cause) => Make(
        new UnauthorizedAccessException($"Port {cause.EndPoint.Port} needs CAP_NET_BIND_SERVICE: run it as root.", cause),
        ErrorCategory.PermissionDenied,
        cause.EndPoint,
        $"Where root is too much, choose a -{PortParameter(cause)} from 1024 on (and set smtp-gated's remote_port to it).");

    public static ErrorRecord InvalidResponderOption(Exception cause, object target) => Make(
        cause,
        ErrorCategory.InvalidArgument,
        target,
        "Give IPv4 addresses of this machine, such as 194.0.1.1, and a delay such as 0:0:1; 'Get-Help Start-ProxyHelper -Full' has the ranges.");

    public static ErrorRecord SecretGivenTwice(string path) => Make(
        new ArgumentException("The secret is given twice, by -Secret and by -SecretFile."),
        ErrorCategory.InvalidArgument,
        path,
        "Give one of the two.");

    public static ErrorRecord SecretFileUnsafe(SecretFileException cause) => Make(
        cause,
        ErrorCategory.SecurityError,
        cause.Path,
        $"chmod 600 {cause.Path}");

    public static ErrorRecord SecretFileUnusable(Exception cause, string path) => Make(
        new IOException($"The secret cannot be read. {cause.Message}", cause),
        ErrorCategory.ReadError,
        path,
        "Write the number alone into it, such as with: sh -c 'umask 077; cat > FILE', the number, Enter, Ctrl+D."); // it stays out of the history

    public static ErrorRecord PidFileUnusable(Exception cause, string path) => Make(
        new IOException($"The PID file cannot be written. {cause.Message}", cause),
        ErrorCategory.WriteError,
        path,
        "Stop the process that it names, or choose another -PidFile.");

    public static ErrorRecord MappingNotFound(ConntrackTuple asked, bool isOriginal, ushort zone, ConntrackStatistics statistics) => Make(
        new ItemNotFoundException($"The kernel tracks no connection that {(isOriginal ? "was opened" : "is seen")} as {asked} in zone {zone}. {Fill(statistics)}"),
        ErrorCategory.ObjectNotFound,
        asked,
        "Give source and destination not swapped, for -Source and -Destination as the proxy sees them (after NAT); another -Zone or -Protocol; 'Get-NatMapping' lists what there is.");

    public static ErrorRecord MappingGone(ConntrackEntry mapping) => Make(
        new ItemNotFoundException($"The mapping has gone already, and nothing was removed: {mapping} (id {mapping.Id}, zone {mapping.Zone})."),
        ErrorCategory.ObjectNotFound,
        mapping,
        "Nothing is to be done. If another connection has the same ends now, 'Get-NatMapping' shows it with another Id.");

    public static ErrorRecord MappingWithoutId(ConntrackEntry mapping) => Make(
        new ArgumentException($"The mapping has no id, so that another connection with the same ends could be removed in its place: {mapping}."),
        ErrorCategory.InvalidArgument,
        mapping,
        "Take the mapping from the kernel: Get-NatMapping -OriginalSource … -OriginalDestination … | Remove-NatMapping.");

    public static ErrorRecord SavedLineInvalid(int number, string line, string fault) => Make(
        new FormatException($"Line {number} is no conntrack entry: {fault}. {line}"),
        ErrorCategory.ParserError,
        line,
        "What 'conntrack -L' writes can be read, also with '-o extended,id,ktimestamp', and what /proc/net/nf_conntrack has; not '-o xml' and '-o save'.");

    public static ErrorRecord SavedFileUnreadable(string path, Exception cause) => Make(
        new IOException($"The saved table cannot be read. {cause.Message}", cause),
        ErrorCategory.ReadError,
        path,
        "Give a file that 'conntrack -L > FILE' or 'cat /proc/net/nf_conntrack > FILE' has written; wildcards may be used with -Path.");

    public static ErrorRecord MixedFamilies(TransportEndPoint source, TransportEndPoint destination) => Make(
        new ArgumentException($"{source} and {destination} are not of one address family."),
        ErrorCategory.InvalidArgument,
        source,
        "Give two IPv4 or two IPv6 end points.");

    public static ErrorRecord MappingNotAskable(IPProtocol protocol, TransportEndPoint source, TransportEndPoint destination, object target) => Make(
        new ArgumentException($"smtp-gated's protocol can only ask about TCP over IPv4, not about {protocol} {source} -> {destination}, which was passed over."),
        ErrorCategory.InvalidArgument,
        target,
        "Pick the mappings first: Get-NatMapping -Protocol Tcp -OriginalSource 0.0.0.0/0 | Test-ProxyHelper; of a file: Import-Csv FILE | Where-Object Protocol -eq Tcp | Test-ProxyHelper.");

    public static ErrorRecord EndPointNotIPv4(TransportEndPoint endPoint) => Make(
        new ArgumentException($"smtp-gated's protocol has room for IPv4 addresses only, not for {endPoint}."),
        ErrorCategory.InvalidArgument,
        endPoint,
        "Give IPv4 end points.");

    public static ErrorRecord ParameterNotForTcp(string parameter) => Make(
        new ArgumentException($"-{parameter} has no meaning with -Transport Tcp: over TCP there is no secret, and it is asked once."),
        ErrorCategory.InvalidArgument,
        parameter,
        $"Leave -{parameter} out, or ask over UDP without -Transport Tcp.");

    public static ErrorRecord HelperNotSource(IPAddress helper, TransportEndPoint source) => Make(
        new ArgumentException($"{helper} is not the address of {source}: over TCP a helper is asked about connections to the address that it is asked at."),
        ErrorCategory.InvalidArgument,
        helper,
        "Leave -HelperAddress out, or ask over UDP without -Transport Tcp.");

    public static ErrorRecord DestinationNotLocal(TransportEndPoint destination, Exception cause) => Make(
        new ArgumentException($"{destination.Address} is not an address of this machine: over TCP only the proxy itself can ask about its connections.", cause),
        ErrorCategory.InvalidArgument,
        destination,
        "Run it on the proxy, or ask over UDP without -Transport Tcp.");

    public static ErrorRecord HelperHostNotFound(string host, Exception? cause) => Make(
        new ItemNotFoundException($"The helper's host '{host}' has no IPv4 address. {cause?.Message}", cause),
        ErrorCategory.ObjectNotFound,
        host,
        "Give the helper's address, or leave -HelperAddress out to ask the source's address as smtp-gated does.");

    public static ErrorRecord ResponderNotFound(object nameOrId) => Make(
        new ItemNotFoundException($"There is no responder '{nameOrId}' in this session."),
        ErrorCategory.ObjectNotFound,
        nameOrId,
        "Get-ProxyHelper lists this session's responders; those of other sessions and the daemon are not among them.");

    public static ErrorRecord NotAResponder(Job job) => Make(
        new ArgumentException($"Job {job.Id} ({job.Name}) is not a responder."),
        ErrorCategory.InvalidArgument,
        job,
        "Stop other jobs with Stop-Job.");

    public static ErrorRecord ResponderFaulted(Exception cause, object job) => Make(
        new InvalidOperationException($"The responder could not go on, and its port is closed: queries are not answered. {cause.Message}", cause),
        ErrorCategory.ResourceUnavailable,
        job,
        "Start it again with Start-ProxyHelper.");

    /// <summary>The record for a failure of conntrack or of a bind.</summary>
    public static ErrorRecord From(LinuxException failure, string command) => failure switch
    {
        BindException { Errno: Errno.EADDRINUSE } bind => AddressInUse(bind),
        BindException { Errno: Errno.EADDRNOTAVAIL } bind => AddressNotLocal(bind),
        BindException bind => PortNeedsPrivilege(bind),
        { Errno: Errno.EPERM } => NeedsNetAdmin(command, failure),
        _ => ConntrackUnavailable(failure),
    };

    private static bool IsTcp(BindException cause) => cause.Protocol == IPProtocol.Tcp;

    private static string PortParameter(BindException cause) => IsTcp(cause) ? "TcpPort" : "Port";

    private static string Fill(ConntrackStatistics statistics) => statistics.Entries == 0
        ? "The table is empty: does a firewall rule of this network namespace use connection tracking?"
        : $"The table has {statistics.Entries} of {statistics.Maximum?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "?"} entries.";

    private static ErrorRecord Make(Exception exception, ErrorCategory category, object target, string action, [CallerMemberName] string id = "") =>
        new(exception, id, category, target) { ErrorDetails = new ErrorDetails(exception.Message) { RecommendedAction = action } }; // the shell shows both
}
