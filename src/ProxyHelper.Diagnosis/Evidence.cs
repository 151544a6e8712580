using System.Runtime.Versioning;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;

namespace ProxyHelper.Diagnosis;

/// <summary>Represents what the conntrack table shows about the rules.</summary>
/// <param name="Translated">
/// A connection of a user that was translated to the proxy, or null if there is no such entry.
/// </param>
/// <param name="TrackedQueries">The number of entries about the port of the helper.</param>
internal sealed record Evidence(ConntrackEntry? Translated, int TrackedQueries)
{
    /// <summary>Reads the conntrack table.</summary>
    /// <exception cref="Linux.LinuxException">Thrown when the table cannot be listed.</exception>
    [SupportedOSPlatform("linux")]
    public static Evidence Read(
        TransportEndPoint? proxy, ushort smtpPort, HelperSockets helper, CancellationToken cancellationToken)
    {
        ConntrackFilter mail = new()
        {
            Protocols = [IPProtocol.Tcp],
            Ports = [smtpPort],
            NatTypes = [NatType.Destination, NatType.Both],
        };
        ConntrackEntry? translated = ConntrackTable.Enumerate(mail, cancellationToken).FirstOrDefault(entry =>
            entry.OriginalDestination.Port == smtpPort
            && (proxy is not { } known || entry.TranslatedDestination == known));
        ConntrackFilter queries = new() { Protocols = [IPProtocol.Udp], Ports = [helper.Port] };
        int tracked = ConntrackTable.Enumerate(queries, cancellationToken)
            .Count(entry => helper.Contains(entry.OriginalDestination) || helper.Contains(entry.OriginalSource));
        return new Evidence(translated, tracked);
    }
}
