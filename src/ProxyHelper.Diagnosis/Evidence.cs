using System.Net;
using System.Runtime.Versioning;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;

namespace ProxyHelper.Diagnosis;

/// <summary>What the conntrack table itself tells about rules: connections that were translated, and queries that were tracked.</summary>
/// <param name="Translated">A connection of a user's that was led to the proxy, or null when there is none now.</param>
/// <param name="TrackedQueries">How many entries are about the helper's port.</param>
internal sealed record Evidence(ConntrackEntry? Translated, int TrackedQueries)
{
    /// <summary>Looks into the table.</summary>
    /// <exception cref="Linux.LinuxException">The table cannot be listed.</exception>
    [SupportedOSPlatform("linux")]
    public static Evidence Read(TransportEndPoint? proxy, ushort smtpPort, IPAddress? helper, ushort port, CancellationToken cancellationToken)
    {
        var mail = new ConntrackFilter { Protocols = [IPProtocol.Tcp], Ports = [smtpPort], NatTypes = [NatType.Destination, NatType.Both] };
        ConntrackEntry? translated = ConntrackTable.Enumerate(mail, cancellationToken)
            .FirstOrDefault(entry => entry.OriginalDestination.Port == smtpPort && (proxy is not { } one || entry.TranslatedDestination == one));
        var queries = new ConntrackFilter { Protocols = [IPProtocol.Udp], Ports = [port] };
        int tracked = ConntrackTable.Enumerate(queries, cancellationToken).Count(entry => IsHelper(entry.OriginalDestination, helper, port) || IsHelper(entry.OriginalSource, helper, port));
        return new Evidence(translated, tracked);
    }

    private static bool IsHelper(TransportEndPoint end, IPAddress? helper, ushort port) =>
        end.Port == port && (helper is null || helper.Equals(IPAddress.Any) || end.IPAddress.Equals(helper));
}
