using System.Management.Automation;
using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ProxyHelper.Access;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;
using ProxyHelper.Telemetry;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Makes the error records of the module, together with <see cref="HelperErrors"/> and <see cref="MappingErrors"/>. The
/// id of an error is the name of the method that makes it. Scripts rely on ids, so an id never changes.
/// </summary>
internal static class Errors
{
    public static ErrorRecord PlatformNotSupported(string command) => Make(
        new PlatformNotSupportedException(
            $"{command} uses the conntrack table of a Linux kernel; this is {RuntimeInformation.OSDescription}."),
        ErrorCategory.NotImplemented,
        RuntimeInformation.OSDescription,
        "Run the cmdlet on the router. Test-ProxyHelper works on any system.");

    public static ErrorRecord NeedsNetAdmin(string command, Exception cause) => Make(
        new UnauthorizedAccessException(
            $"{command} cannot use the conntrack table: {ErrnoAdvice.ForConntrack(Errno.EPERM)?.Cause}.", cause),
        ErrorCategory.PermissionDenied,
        command,
        $"{ErrnoAdvice.ForConntrack(Errno.EPERM)?.Action} The capability must apply to its network namespace.");

    public static ErrorRecord ConntrackUnavailable(Exception cause) => Make(
        new InvalidOperationException($"The kernel's conntrack table cannot be used. {cause.Message}", cause),
        ErrorCategory.ResourceUnavailable,
        "nf_conntrack_netlink",
        ErrnoAdvice.For(cause)?.Action
            ?? "Run 'Test-ProxyHelperSetup' to check the kernel, and 'dmesg | tail' to see its messages.");

    public static ErrorRecord ListingIncomplete(Exception cause) => Make(
        new InvalidOperationException(
            $"The listing ended early. The output is only a part of the conntrack table. {cause.Message}", cause),
        ErrorCategory.ReadError,
        "conntrack",
        "Run the command again. If the listing ends early each time, the cause is in the message.");

    public static ErrorRecord AddressInUse(BindException cause) => Make(
        new IOException(CannotBindBecause(cause), cause),
        ErrorCategory.ResourceBusy,
        cause.EndPoint,
        $"{ErrnoAdvice.For(cause)?.Action} Run Get-ProxyHelper to list the helpers of this session. Stop the "
            + $"program, or choose another -{PortParameter(cause)}.");

    public static ErrorRecord AddressNotLocal(BindException cause) => Make(
        new IOException($"{CannotBindBecause(cause)} Its addresses are {DeviceAddresses.List()}.", cause),
        ErrorCategory.InvalidArgument,
        cause.EndPoint.Address,
        "Give the address that SNAT shows to the proxy, or 0.0.0.0 for all addresses. "
            + "If the host gets the address later, such as at boot, use -AllowAbsentAddress.");

    public static ErrorRecord PortNeedsPrivilege(BindException cause) => Make(
        new UnauthorizedAccessException(CannotBindBecause(cause), cause),
        ErrorCategory.PermissionDenied,
        cause.EndPoint,
        $"{ErrnoAdvice.For(cause)?.Action} With a -{PortParameter(cause)} from 1024 on, set smtp-gated's remote_port "
            + "to the same port.");

    public static ErrorRecord InvalidResponderOption(Exception cause, object target) => Make(
        cause,
        ErrorCategory.InvalidArgument,
        target,
        "Run 'Get-Help Start-ProxyHelper -Full' to see what each parameter accepts.");

    public static ErrorRecord SecretGivenTwice(string path) => Make(
        new ArgumentException("-Secret and -SecretFile cannot be used together."),
        ErrorCategory.InvalidArgument,
        path,
        "Give only one of these parameters.");

    public static ErrorRecord SecretFileUnsafe(SecretFileException cause) => Make(
        cause,
        ErrorCategory.SecurityError,
        cause.Path,
        $"Run '{SecretFile.RestrictionCommand(cause.Path)}'.");

    // The command keeps the secret out of the shell's history.
    public static ErrorRecord SecretFileUnusable(Exception cause, string path) => Make(
        new IOException($"The secret cannot be read. {cause.Message}", cause),
        ErrorCategory.ReadError,
        path,
        "Write only the number into the file: run sh -c 'umask 077; cat > FILE', type the number, press Enter and "
            + "Ctrl+D.");

    public static ErrorRecord PidFileUnusable(Exception cause, string path) => Make(
        new IOException($"The PID file cannot be written. {cause.Message}", cause),
        ErrorCategory.WriteError,
        path,
        "Choose another -PidFile. If the file names a process that runs, stop that process.");

    public static ErrorRecord ParameterNotForTcp(string parameter) => Make(
        new ArgumentException(
            $"-{parameter} cannot be used with -Transport Tcp: a query over TCP has no secret and is sent once."),
        ErrorCategory.InvalidArgument,
        parameter,
        $"Leave -{parameter} out, or ask over UDP: leave -Transport Tcp out.");

    public static ErrorRecord HelperNotSource(IPAddress helper, TransportEndPoint source) => Make(
        new ArgumentException(
            $"{helper} is not the address of {source}: over TCP a helper only looks up connections to the address "
                + "that is asked."),
        ErrorCategory.InvalidArgument,
        helper,
        "Leave -HelperAddress out, or ask over UDP: leave -Transport Tcp out.");

    public static ErrorRecord DestinationNotLocal(TransportEndPoint destination, Exception cause) => Make(
        new ArgumentException(
            $"{destination.Address} is not an address of this host: over TCP only the proxy can ask about its "
                + "connections.",
            cause),
        ErrorCategory.InvalidArgument,
        destination,
        "Run the cmdlet on the proxy, or ask over UDP: leave -Transport Tcp out.");

    public static ErrorRecord HelperHostNotFound(string host, Exception? cause) => Make(
        new ItemNotFoundException($"The host '{host}' has no IPv4 address. {cause?.Message}".TrimEnd(), cause),
        ErrorCategory.ObjectNotFound,
        host,
        $"Run 'getent ahostsv4 {host}' to test the name. Otherwise give the helper's IPv4 address, or leave "
            + "-HelperAddress out to ask the address of the source, as smtp-gated does.");

    public static ErrorRecord ResponderNotFound(object nameOrId) => Make(
        new ItemNotFoundException($"This session has no helper '{nameOrId}'."),
        ErrorCategory.ObjectNotFound,
        nameOrId,
        "Run Get-ProxyHelper to list the helpers of this session. The list does not contain the daemon and other "
            + "sessions.");

    public static ErrorRecord NotAResponder(Job job) => Make(
        new ArgumentException($"Job {job.Id} ({job.Name}) is not a helper."),
        ErrorCategory.InvalidArgument,
        job,
        "Use Stop-Job to stop other jobs.");

    public static ErrorRecord ResponderFaulted(Exception cause, object job) => Make(
        new InvalidOperationException(
            $"The helper failed. Its ports are closed and queries get no reply. {cause.Message}", cause),
        ErrorCategory.ResourceUnavailable,
        job,
        "Start the helper again with Start-ProxyHelper.");

    /// <summary>Makes the record for a failed bind or a failure of the conntrack table.</summary>
    public static ErrorRecord From(LinuxException failure, string command) => failure switch
    {
        BindException { Errno: Errno.EADDRINUSE } bind => AddressInUse(bind),
        BindException { Errno: Errno.EADDRNOTAVAIL } bind => AddressNotLocal(bind),
        BindException bind => PortNeedsPrivilege(bind),
        { Errno: Errno.EPERM } => NeedsNetAdmin(command, failure),
        _ => HelperErrors.FindLimit(command, failure) ?? ConntrackUnavailable(failure),
    };

    private static bool IsTcp(BindException cause) => cause.Protocol == IPProtocol.Tcp;

    internal static string CannotBind(BindException cause) =>
        $"Cannot bind {cause.EndPoint} ({(IsTcp(cause) ? "TCP" : "UDP")})";

    internal static string CannotBindBecause(BindException cause) =>
        $"{CannotBind(cause)}: {ErrnoAdvice.For(cause)?.Cause ?? cause.Message.TrimEnd('.')}.";

    internal static string PortParameter(BindException cause) => IsTcp(cause) ? "TcpPort" : "Port";

    /// <summary>
    /// Makes a record whose texts are safe for a terminal. The target object stays as it is. The shell shows the
    /// message and the recommended action of ErrorDetails.
    /// </summary>
    internal static ErrorRecord Make(
        Exception exception, ErrorCategory category, object target, string action, [CallerMemberName] string id = "")
    {
        Exception printable = Printable(exception);
        var record = new ErrorRecord(printable, id, category, target)
        {
            ErrorDetails = new ErrorDetails(printable.Message) { RecommendedAction = PrintableText.From(action) },
        };
        record.CategoryInfo.TargetName = PrintableText.From(record.CategoryInfo.TargetName);
        return record;
    }

    // Get-Error also shows the messages of the causes.
    private static Exception Printable(Exception exception)
    {
        Exception? cause = exception.InnerException is { } inner ? Printable(inner) : null;
        string message = PrintableText.From(exception.Message.ReplaceLineEndings(" "));
        return message == exception.Message && cause == exception.InnerException ? exception : exception switch
        {
            ItemNotFoundException => new ItemNotFoundException(message, cause),
            FormatException => new FormatException(message, cause),
            ArgumentException => new ArgumentException(message, cause),
            UnauthorizedAccessException => new UnauthorizedAccessException(message, cause),
            IOException => new IOException(message, cause),
            _ => new InvalidOperationException(message, cause),
        };
    }
}
