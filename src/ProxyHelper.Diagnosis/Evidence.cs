using System.Runtime.Versioning;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.Linux;

namespace ProxyHelper.Diagnosis;

/// <summary>Represents what the conntrack table shows about the rules.</summary>
/// <param name="Translated">
/// A connection of a user that was translated to the proxy, or null if there is no such entry.
/// </param>
/// <param name="TrackedQueries">The number of entries about the port of the helper.</param>
internal sealed record Evidence(ConntrackEntry? Translated, int TrackedQueries)
{
    /// <summary>Reads the conntrack table.</summary>
    /// <returns>The evidence, or null if the table cannot be listed. The findings about the kernel say why.</returns>
    [SupportedOSPlatform("linux")]
    public static Evidence? TryRead(
        TransportEndPoint? proxy, ushort smtpPort, HelperSockets helper, CancellationToken cancellationToken)
    {
        try
        {
            return Read(proxy, smtpPort, helper, cancellationToken);
        }
        catch (LinuxException)
        {
            return null;
        }
    }

    [SupportedOSPlatform("linux")]
    private static Evidence Read(
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

/// <summary>Represents the number of TCP entries in the kernel's table.</summary>
/// <param name="All">All TCP entries.</param>
/// <param name="Translated">The entries whose destination was translated.</param>
/// <param name="Offloaded">The translated entries that are in a flow table.</param>
internal readonly record struct TcpEntries(long All, long Translated, long Offloaded)
{
    /// <summary>Counts the entries.</summary>
    /// <returns>The numbers, or null if the table cannot be listed. The findings about the kernel say why.</returns>
    [SupportedOSPlatform("linux")]
    public static TcpEntries? TryCount(CancellationToken cancellationToken)
    {
        try
        {
            return Count(cancellationToken);
        }
        catch (LinuxException)
        {
            return null;
        }
    }

    [SupportedOSPlatform("linux")]
    private static TcpEntries Count(CancellationToken cancellationToken)
    {
        TcpEntries counted = default;
        ConntrackFilter tcp = new() { Protocols = [IPProtocol.Tcp] };
        foreach (ConntrackEntry entry in ConntrackTable.Enumerate(tcp, cancellationToken))
        {
            bool isTranslated = entry.TranslatedDestination != entry.OriginalDestination;
            bool isOffloaded = isTranslated && entry.Status.HasFlag(ConntrackStatus.Offload);
            counted = new TcpEntries(
                counted.All + 1,
                counted.Translated + (isTranslated ? 1 : 0),
                counted.Offloaded + (isOffloaded ? 1 : 0));
        }

        return counted;
    }
}
