using System.Management.Automation;
using ProxyHelper.Relay;

namespace ProxyHelper.PowerShell;

/// <summary>Makes a parameter read the program that a relay connects to.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class RelayTargetAttribute : ArgumentAttribute
{
    /// <inheritdoc/>
    protected override object Read(object value, PSObject given) =>
        value is RelayTarget ? value
        : RelayTarget.TryParse($"{value}".Trim(), out RelayTarget? target) ? target!
        : throw Fault(
            $"'{value}' is not a target. Give an IPv4 address and a port, such as 127.0.0.1:3128, or the full path " +
            "of a Unix socket, such as unix:/run/haproxy/relay.sock.");
}
