using System.Runtime.Versioning;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.Linux;
using ProxyHelper.Mappings;

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

/// <summary>Represents the numbers of entries in the kernel's table.</summary>
/// <param name="All">All entries, of each protocol and address family.</param>
/// <param name="Mail">The established connections of users that were translated to a proxy.</param>
/// <param name="Offloaded">The connections among them that are in a flow table.</param>
internal readonly record struct EntryCounts(long All, long Mail, long Offloaded)
{
    private const string CountName = "net.netfilter.nf_conntrack_count";

    /// <summary>Counts the entries.</summary>
    /// <param name="smtpPort">The TCP port that users connect to.</param>
    /// <param name="cancellationToken">Stops the count.</param>
    /// <returns>The numbers, or null if the table cannot be listed. The findings about the kernel say why.</returns>
    [SupportedOSPlatform("linux")]
    public static EntryCounts? TryCount(ushort smtpPort, CancellationToken cancellationToken)
    {
        try
        {
            return Count(smtpPort, cancellationToken);
        }
        catch (LinuxException)
        {
            return null;
        }
    }

    [SupportedOSPlatform("linux")]
    private static EntryCounts Count(ushort smtpPort, CancellationToken cancellationToken)
    {
        EntryCounts counted = default;
        ConntrackFilter mail = new() { Protocols = [IPProtocol.Tcp], Ports = [smtpPort] };
        foreach (ConntrackEntry entry in ConntrackTable.Enumerate(mail, cancellationToken))
        {
            // The kernel does not show the state of an entry in a flow table.
            bool isOffloaded = entry.Status.HasFlag(ConntrackStatus.Offload);
            bool isMail = entry.OriginalDestination.Port == smtpPort
                && entry.TranslatedDestination != entry.OriginalDestination
                && (isOffloaded || entry.State == ConnectionState.Established);
            counted = isMail
                ? counted with { Mail = counted.Mail + 1, Offloaded = counted.Offloaded + (isOffloaded ? 1 : 0) }
                : counted;
        }

        return counted with { All = Math.Max(ConntrackSettings.ReadNumber(CountName) ?? 0, counted.Mail) };
    }
}
