using System.Management.Automation;
using ProxyHelper.TestSupport;

namespace ProxyHelper.PowerShell.Tests;

/// <summary>Every error of the module. Scripts tell errors apart by what is written here.</summary>
internal static class ErrorTable
{
    private const string Start = "Start-ProxyHelper 194.0.1.1";
    private const string Ask = "Test-ProxyHelper -Source 194.0.1.1:1 -Destination";
    private const string SavedLine = "tcp 6 300 ESTABLISHED src=10.1.1.1 dst=4.1.1.1 sport=10943 dport=25 src=194.0.22.9 dst=194.0.1.1 sport=9199 dport=20119 [ASSURED] mark=0 use=1";
    private const string Find = "Get-NatMapping -Source 194.0.1.1:1 -Destination";

    /// <summary>The rows.</summary>
    public static ExpectedError[] Rows { get; } =
    [
        new("NeedsNetAdmin", ErrorCategory.PermissionDenied, "Get-NatMapping", "CAP_NET_ADMIN", "Get-NatMapping") { Prepare = _ => Capability.DropNetAdmin() },
        new("PortNeedsPrivilege", ErrorCategory.PermissionDenied, "194.0.1.1:114", "-Port from 1024 on", Start) { Prepare = _ => Capability.DropNetBindService() },
        new("AddressInUse", ErrorCategory.ResourceBusy, "194.0.1.1:114", "ss -ulpn sport = :114", Start) { Prepare = session => session.One(Start) },
        new("AddressNotLocal", ErrorCategory.InvalidArgument, "192.0.2.1", "-AllowAbsentAddress", "Start-ProxyHelper 192.0.2.1"),
        new("InvalidResponderOption", ErrorCategory.InvalidArgument, "00:01:01", "a delay such as 0:0:1", $"{Start} -MaxQueueDelay 0:1:1"),
        new("SecretGivenTwice", ErrorCategory.InvalidArgument, "/nowhere/secret", "one of the two", $"{Start} -Secret 1 -SecretFile /nowhere/secret"),
        new("SecretFileUnsafe", ErrorCategory.SecurityError, "/proc/version", "chmod 600 /proc/version", $"{Start} -SecretFile /proc/version"),
        new("SecretFileUnusable", ErrorCategory.ReadError, "/nowhere/secret", "umask 077", $"{Start} -SecretFile /nowhere/secret"),
        new("PidFileUnusable", ErrorCategory.WriteError, "/nowhere/pid", "-PidFile", $"{Start} -PidFile /nowhere/pid"),
        new("MappingNotFound", ErrorCategory.ObjectNotFound, "194.0.1.1:1", "not swapped", $"{Find} 194.0.22.9:9199"),
        new("MappingGone", ErrorCategory.ObjectNotFound, "10.1.1.1:10943", "another Id", "$m = Get-NatMapping -Port 25; $null = $m | Remove-NatMapping -Confirm:$false; $m | Remove-NatMapping -Confirm:$false"),
        new("MappingWithoutId", ErrorCategory.InvalidArgument, "10.1.1.1:10943", "from the kernel", $"'{SavedLine}' | Get-NatMapping | Remove-NatMapping"),
        new("SavedLineInvalid", ErrorCategory.ParserError, "tcp 6 NOWHERE", "conntrack -L", "'tcp 6 NOWHERE' | Get-NatMapping"),
        new("SavedFileUnreadable", ErrorCategory.ReadError, "/nowhere/table", "conntrack -L > FILE", "Get-NatMapping -Path /nowhere/table"),
        new("MixedFamilies", ErrorCategory.InvalidArgument, "194.0.1.1:1", "two IPv4 or two IPv6", $"{Find} '[2001:db8::1]:25'"),
        new("MappingNotAskable", ErrorCategory.InvalidArgument, "10.1.1.2:5353", "-Protocol Tcp", "Get-NatMapping | ForEach-Object { if ($_.Protocol -eq 'Udp') { $_ } } | Test-ProxyHelper"),
        new("EndPointNotIPv4", ErrorCategory.InvalidArgument, "[2001:db8::1]:25", "IPv4", $"{Ask} '[2001:db8::1]:25'"),
        new("ParameterNotForTcp", ErrorCategory.InvalidArgument, "Secret", "Leave -Secret out", $"{Ask} 194.0.22.9:9199 -Transport Tcp -Secret 1"),
        new("HelperNotSource", ErrorCategory.InvalidArgument, "194.0.22.9", "Leave -HelperAddress out", $"{Ask} 194.0.22.9:9199 -Transport Tcp -HelperAddress 194.0.22.9"),
        new("DestinationNotLocal", ErrorCategory.InvalidArgument, "203.0.113.5:9199", "Run it on the proxy", $"{Ask} 203.0.113.5:9199 -Transport Tcp"),
        new("HelperHostNotFound", ErrorCategory.ObjectNotFound, "no.such.host.invalid", "-HelperAddress", $"{Ask} 194.0.22.9:9199 -HelperAddress no.such.host.invalid"),
        new("ResponderNotFound", ErrorCategory.ObjectNotFound, "nobody", "Get-ProxyHelper", "Get-ProxyHelper nobody"),
        new("NotAResponder", ErrorCategory.InvalidArgument, nameof(OtherJob), "Stop-Job", "$other | Stop-ProxyHelper") { Prepare = session => session.Run("$script:other = $args[0]", new OtherJob()) },
        new("ResponderFaulted", ErrorCategory.ResourceUnavailable, "194.0.1.1:114", "Start-ProxyHelper", "$null = Receive-Job -Name ProxyHelper") { Prepare = session => Breakdown.OfNew(session) },

        // What cannot be brought about here: another system, a kernel without conntrack, a listing that breaks off.
        new("PlatformNotSupported", ErrorCategory.NotImplemented, "", "Test-ProxyHelper works on any system"),
        new("ConntrackUnavailable", ErrorCategory.ResourceUnavailable, "nf_conntrack_netlink", "modprobe nf_conntrack_netlink"),
        new("ListingIncomplete", ErrorCategory.ReadError, "conntrack", "Run it again"),
    ];
}
