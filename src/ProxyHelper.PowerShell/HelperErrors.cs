using System.Management.Automation;
using System.Net;
using System.Net.Sockets;
using ProxyHelper.Access;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;
using ProxyHelper.PowerShell.Commands;
using ProxyHelper.Telemetry;
using static ProxyHelper.PowerShell.Errors;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Makes the error records about the addresses and limits of a helper, and about files that a user names. As in
/// <see cref="Errors"/>, the id of an error is the name of its method and never changes.
/// </summary>
internal static class HelperErrors
{
    private const string GiveHelperAddress =
        "Give the address that SNAT shows to the proxy, such as Test-ProxyHelper 194.0.1.1. To ask the address of the "
        + "source, as smtp-gated does, leave -HelperAddress out.";

    public static ErrorRecord BindAddressNotIPv4(string text) => Make(
        new ArgumentException(
            $"A helper cannot listen on {text}: smtp-gated's protocol only carries IPv4 addresses."),
        ErrorCategory.InvalidArgument,
        text,
        GiveLocalAddress());

    public static ErrorRecord BindAddressHasPort(TypedAddress typed) => Make(
        new ArgumentException($"'{typed.Text}' has a port. -BindAddress takes an address only."),
        ErrorCategory.InvalidArgument,
        typed.Text,
        $"Give the port with -Port: Start-ProxyHelper {typed.Host} -Port {typed.Port}");

    public static ErrorRecord BindAddressNotUnicast(string text) => Make(
        new ArgumentException($"A helper cannot listen on {text}: it is a multicast, broadcast or reserved address."),
        ErrorCategory.InvalidArgument,
        text,
        GiveLocalAddress());

    public static ErrorRecord BindAddressIsPrefix(string text) => Make(
        new ArgumentException($"A helper cannot listen on {text}: it is a prefix and not an address."),
        ErrorCategory.InvalidArgument,
        text,
        $"{GiveLocalAddress()} To limit who may ask, use -AllowedProxy {text}.");

    public static ErrorRecord BindAddressIsHostName(string text) => Make(
        new ArgumentException($"A helper cannot listen on '{text}': it is a name and not an IPv4 address."),
        ErrorCategory.InvalidArgument,
        text,
        $"{GiveLocalAddress()} Run 'getent ahostsv4 {text}' to see the addresses of the name.");

    public static ErrorRecord BindAddressUnreadable(string text) => Make(
        new ArgumentException($"'{text}' is not an IPv4 address, which is four decimal numbers such as 194.0.1.1."),
        ErrorCategory.InvalidArgument,
        text,
        $"{GiveLocalAddress()} Separate several addresses with commas, without quotation marks.");

    public static ErrorRecord BindAddressesOverlap(IReadOnlyList<IPAddress> addresses) => Make(
        new ArgumentException(
            $"0.0.0.0 already includes {string.Join(", ", addresses.Where(one => !one.Equals(IPAddress.Any)))}."),
        ErrorCategory.InvalidArgument,
        string.Join(", ", addresses),
        "Give 0.0.0.0 alone for all addresses of this host: Start-ProxyHelper 0.0.0.0. Otherwise leave 0.0.0.0 out.");

    public static ErrorRecord MaxQueueDelayOutOfRange(TimeSpan delay) => Make(
        new ArgumentException($"A queue delay of {ProxyHelperCommand.Seconds(delay)} is not above 0 and at most 60 s."),
        ErrorCategory.InvalidArgument,
        delay,
        "Give a number of seconds. The default is 1 second (-MaxQueueDelay 1), the shortest time that smtp-gated "
            + "waits for a reply.");

    public static ErrorRecord FailoverGraceOutOfRange(TimeSpan grace) => Make(
        new ArgumentException($"A failover grace of {ProxyHelperCommand.Seconds(grace)} is not 0 to 60 s."),
        ErrorCategory.InvalidArgument,
        grace,
        "Give a number of seconds. The default is 3 seconds (-FailoverGrace 3). 0 turns the failover grace off.");

    public static ErrorRecord PidFileFolderMissing(string path, string folder) => Make(
        new DirectoryNotFoundException($"-PidFile {path}: the folder {folder} does not exist."),
        ErrorCategory.ObjectNotFound,
        path,
        $"Run 'mkdir -p {folder}', or choose another -PidFile.");

    public static ErrorRecord PidFileShared(string path, ServerJob job, Exception cause) => Make(
        new IOException(
            $"{path} is the PID file of the {job.Kind} '{job.Name}' of this session (job {job.Id}), which is running.",
            cause),
        ErrorCategory.ResourceBusy,
        path,
        $"Run '{job.StopCommand}' to stop that {job.Kind}, or choose another -PidFile.");

    public static ErrorRecord SecretFileNotFound(string path, Exception cause) => Make(
        new FileNotFoundException($"-SecretFile: there is no file {path}.", path, cause),
        ErrorCategory.ObjectNotFound,
        path,
        "Check the path, or write only the number into the file: run "
            + $"{SecretFile.CreationCommand(path)} and type the number, Enter and Ctrl+D.");

    public static ErrorRecord SavedPathIsFolder(string path) => Make(
        new IOException($"{path} is a folder and not a saved table."),
        ErrorCategory.InvalidArgument,
        path,
        "Name the file, or all files of the folder: "
            + $"Get-NatMapping -Path '{Path.TrimEndingDirectorySeparator(path)}/*'");

    public static ErrorRecord SavedPathNotFile(string path, Exception cause) => Make(
        new IOException(cause.Message, cause),
        ErrorCategory.InvalidArgument,
        path,
        "Give the path of a file. For text in a variable, use the pipeline: $text | Get-NatMapping");

    public static ErrorRecord SavedFileNotFound(string path, Exception? cause) => Make(
        new FileNotFoundException($"No file has the path {path}.", path, cause),
        ErrorCategory.ObjectNotFound,
        path,
        "Check the path. To save the table of this host, run 'conntrack -L > FILE'.");

    /// <summary>Makes the record for a file without an entry. The first fault is the example.</summary>
    public static ErrorRecord SavedFileNotTable(string path, ErrorRecord fault) => Make(
        new FormatException($"{path} is not a saved NAT table. {fault.Exception.Message}", fault.Exception),
        ErrorCategory.ParserError,
        path,
        fault.ErrorDetails.RecommendedAction);

    public static ErrorRecord HelperAddressUnspecified(string text) => Make(
        new ArgumentException($"{text} cannot be asked: it means all addresses of a host."),
        ErrorCategory.InvalidArgument,
        text,
        GiveHelperAddress);

    public static ErrorRecord HelperAddressNotUnicast(string text) => Make(
        new ArgumentException($"{text} cannot be asked: it is a multicast, broadcast or reserved address."),
        ErrorCategory.InvalidArgument,
        text,
        GiveHelperAddress);

    public static ErrorRecord HelperAddressNotIPv4(string text) => Make(
        new ArgumentException($"{text} cannot be asked: smtp-gated's protocol only uses IPv4."),
        ErrorCategory.InvalidArgument,
        text,
        GiveHelperAddress);

    public static ErrorRecord HelperAddressHasPort(TypedAddress typed) => Make(
        new ArgumentException($"'{typed.Text}' has a port. -HelperAddress takes an address or a host name only."),
        ErrorCategory.InvalidArgument,
        typed.Text,
        $"Give the port with -Port: -HelperAddress {typed.Host} -Port {typed.Port}");

    public static ErrorRecord HelperAddressUnreadable(string text) => Make(
        new ArgumentException($"'{text}' is neither an IPv4 address, such as 194.0.1.1, nor a host name."),
        ErrorCategory.InvalidArgument,
        text,
        GiveHelperAddress);

    public static ErrorRecord EndPointNotOfConnection(string parameter, TransportEndPoint endPoint) => Make(
        new ArgumentException(
            $"{endPoint} is not an end of a TCP connection: an end has the address of one host and a port from 1 to "
                + "65535."),
        ErrorCategory.InvalidArgument,
        endPoint,
        $"Run Get-NatMapping on the router to list the connections, and give -{parameter} from its columns "
            + "TranslatedSource and TranslatedDestination.");

    /// <summary>Makes the record for a port that a helper or relay of this session uses.</summary>
    public static ErrorRecord AddressInUse(BindException cause, ServerJob job, string parameter) => Make(
        new IOException(
            $"{CannotBind(cause)}: the {job.Kind} '{job.Name}' of this session (job {job.Id}) already "
                + $"{(job is RelayJob ? "listens" : "answers")} on {job.Location}.",
            cause),
        ErrorCategory.ResourceBusy,
        cause.EndPoint,
        $"Run '{job.StopCommand}' to stop that {job.Kind}, or choose another -{parameter}.");

    /// <summary>Returns the record if descriptors or memory are used up, or null.</summary>
    internal static ErrorRecord? FindLimit(string command, Exception failure) => failure switch
    {
        LinuxException one when ErrnoAdvice.ForResources(one.Errno) is not null => ResourcesUsedUp(command, one),
        SocketException { SocketErrorCode: SocketError.TooManyOpenSockets } =>
            ResourcesUsedUp(command, new LinuxException("open socket", Errno.EMFILE)),
        SocketException { SocketErrorCode: SocketError.NoBufferSpaceAvailable } =>
            ResourcesUsedUp(command, new LinuxException("send", Errno.ENOBUFS)),
        _ => null,
    };

    /// <summary>Makes the record for a system call that failed because descriptors or memory are used up.</summary>
    public static ErrorRecord ResourcesUsedUp(string command, LinuxException cause) => Make(
        new IOException(
            $"{command} cannot continue: {ErrnoAdvice.ForResources(cause.Errno)?.Cause}. {cause.Message}", cause),
        ErrorCategory.LimitsExceeded,
        cause.Call,
        ErrnoAdvice.For(cause)!.Value.Action);

    private static string GiveLocalAddress()
    {
        string[] local = [.. DeviceAddresses.All().Select(one => $"{one.Address}").Distinct()];
        string example = local.FirstOrDefault(one => !one.StartsWith("127.", StringComparison.Ordinal)) ?? "0.0.0.0";
        return $"Give an IPv4 address of this host, such as Start-ProxyHelper {example}. The addresses of this host "
            + $"are {string.Join(", ", local)}. 0.0.0.0 means all these addresses.";
    }
}
