using System.Management.Automation;
using ProxyHelper.Linux;
using ProxyHelper.PowerShell.Commands;
using ProxyHelper.Telemetry;
using static ProxyHelper.PowerShell.Errors;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Makes the error records about relays. As in <see cref="Errors"/>, the id of an error is the name of its method and
/// never changes.
/// </summary>
internal static class RelayErrors
{
    public static ErrorRecord RelayNotFound(object nameOrId) => Make(
        new ItemNotFoundException($"This session has no relay '{nameOrId}'."),
        ErrorCategory.ObjectNotFound,
        nameOrId,
        "Run Get-ProxyRelay to list the relays of this session. The list does not contain the daemon and other "
            + "sessions.");

    public static ErrorRecord NotARelay(Job job) => Make(
        new ArgumentException($"Job {job.Id} ({job.Name}) is not a relay."),
        ErrorCategory.InvalidArgument,
        job,
        "Use Stop-Job to stop other jobs.");

    public static ErrorRecord RelayFaulted(Exception cause, object job) => Make(
        new InvalidOperationException(
            $"The relay failed. Its ports are closed and its connections are reset. {cause.Message}", cause),
        ErrorCategory.ResourceUnavailable,
        job,
        "Start the relay again with Start-ProxyRelay.");

    public static ErrorRecord RelayNeedsLinux(string system) => Make(
        new PlatformNotSupportedException($"A relay needs Linux; this is {system}."),
        ErrorCategory.NotImplemented,
        system,
        "Run the relay on the host of the proxy. A helper on another system can answer its queries.");

    public static ErrorRecord InvalidRelayOption(Exception cause, object target) => Make(
        cause,
        ErrorCategory.InvalidArgument,
        target,
        "Run 'Get-Help Start-ProxyRelay -Full' to see what each parameter accepts.");

    public static ErrorRecord TimeOutOfRange(string parameter, TimeSpan time, bool mayBeZero) => Make(
        new ArgumentException(
            $"-{parameter} {ProxyHelperCommand.Seconds(time)} is not "
                + $"{(mayBeZero ? "0 to 7 days" : "above 0 and at most 7 days")}."),
        ErrorCategory.InvalidArgument,
        time,
        $"Give a number of seconds, such as -{parameter} 60.");

    public static ErrorRecord AddressInUse(BindException cause) => Make(
        new IOException(CannotBindBecause(cause), cause),
        ErrorCategory.ResourceBusy,
        cause.EndPoint,
        $"{ErrnoAdvice.For(cause)?.Action} Run Get-ProxyRelay to list the relays of this session. Stop the program, "
            + "or choose another port for -Listen.");

    public static ErrorRecord AddressNotLocal(BindException cause) => Make(
        new IOException($"{CannotBindBecause(cause)} Its addresses are {DeviceAddresses.List()}.", cause),
        ErrorCategory.InvalidArgument,
        cause.EndPoint.Address,
        "Give the address that the DNAT rule of the router translates to, or 0.0.0.0 for all addresses. "
            + "If the host gets the address later, such as at boot, use -AllowAbsentAddress.");

    public static ErrorRecord PortNeedsPrivilege(BindException cause) => Make(
        new UnauthorizedAccessException(CannotBindBecause(cause), cause),
        ErrorCategory.PermissionDenied,
        cause.EndPoint,
        $"{ErrnoAdvice.For(cause)?.Action} The DNAT rule of the router must translate to the same port.");

    public static ErrorRecord RelayNotStarted(LinuxException cause) => Make(
        new InvalidOperationException($"The relay cannot start. {cause.Message}", cause),
        ErrorCategory.ResourceUnavailable,
        cause.Call,
        ErrnoAdvice.For(cause)?.Action ?? "Run 'dmesg | tail' to see the messages of the kernel.");

    /// <summary>Makes the record for a failed bind or another failed system call.</summary>
    public static ErrorRecord From(LinuxException failure, string command) => failure switch
    {
        BindException { Errno: Errno.EADDRINUSE } bind => AddressInUse(bind),
        BindException { Errno: Errno.EADDRNOTAVAIL } bind => AddressNotLocal(bind),
        BindException { Errno: Errno.EACCES } bind => PortNeedsPrivilege(bind),
        _ => HelperErrors.FindLimit(command, failure) ?? RelayNotStarted(failure),
    };
}
