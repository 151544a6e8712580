using System.Net.Sockets;
using System.Runtime.Versioning;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.Linux;
using ProxyHelper.PowerShell.Commands;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Writes mappings that are looked up by both ends of one direction. The time does not depend on the size of the table.
/// </summary>
/// <param name="command">The cmdlet that writes them.</param>
/// <param name="filter">The filters. A mapping that does not match them is not written.</param>
[SupportedOSPlatform("linux")]
internal sealed class MappingLookUp(ProxyHelperCommand command, ConntrackFilter filter) : IDisposable
{
    private ConntrackTable? _table;

    private ConntrackTable Table => _table ??= ConntrackTable.Open();

    /// <inheritdoc/>
    public void Dispose() => _table?.Dispose();

    /// <summary>Reads how full the table is.</summary>
    /// <exception cref="LinuxException">Thrown when the table cannot be read.</exception>
    public ConntrackStatistics ReadStatistics() => Table.ReadStatistics();

    /// <summary>Writes the mappings with these ends before translation.</summary>
    /// <exception cref="LinuxException">Thrown when the table cannot be read.</exception>
    public void FindByOriginal(TransportEndPoint source, TransportEndPoint destination) =>
        Find(source, destination, protocols: null, isOriginal: true);

    /// <summary>Writes the mappings with these ends after translation.</summary>
    /// <param name="source">The translated source.</param>
    /// <param name="destination">The translated destination.</param>
    /// <param name="protocols">
    /// The protocols if the filters name none. Null means every protocol that has such ends.
    /// </param>
    /// <exception cref="LinuxException">Thrown when the table cannot be read.</exception>
    public void FindByTranslated(TransportEndPoint source, TransportEndPoint destination, IPProtocol[]? protocols) =>
        Find(source, destination, protocols, isOriginal: false);

    /// <summary>
    /// Writes a mapping as it is now. An entry with another id is another connection with the same ends.
    /// </summary>
    /// <exception cref="LinuxException">Thrown when the table cannot be read.</exception>
    public void Refresh(ConntrackEntry mapping)
    {
        ConntrackEntry? found = Table.FindByOriginal(mapping.Original, mapping.OriginalZone);
        if (found is null || (mapping.Id is { } id && found.Id != id))
        {
            command.WriteError(MappingErrors.MappingEnded(mapping));
        }
        else if (filter.Matches(found))
        {
            command.WriteObject(found);
        }
    }

    private void Find(
        TransportEndPoint source, TransportEndPoint destination, IPProtocol[]? protocols, bool isOriginal)
    {
        if (source.AddressFamily != destination.AddressFamily)
        {
            command.WriteError(MappingErrors.MixedFamilies(source, destination));
            return;
        }

        ushort zone = filter.Zones is [var given] ? given : (ushort)0;
        IEnumerable<IPProtocol> asked =
            filter.Protocols.Count > 0 ? filter.Protocols : protocols ?? ProtocolsOf(destination);
        ConntrackTuple[] tuples = [.. asked.Select(protocol => new ConntrackTuple(protocol, source, destination))];
        string ends = isOriginal ? "original" : "translated";
        command.WriteVerbose($"Looking up {string.Join(" and ", tuples)} in zone {zone}, by the {ends} ends.");
        var found = tuples
            .Select(tuple => isOriginal ? Table.FindByOriginal(tuple, zone) : Table.Find(tuple.Reversed, zone))
            .OfType<ConntrackEntry>()
            .ToList();
        command.WriteObject(found.Where(filter.Matches), enumerateCollection: true);
        if (found.Count == 0)
        {
            command.WriteError(MappingErrors.MappingNotFound(tuples[0], isOriginal, zone, ReadStatistics()));
        }
    }

    private static IPProtocol[] ProtocolsOf(TransportEndPoint destination) =>
        destination.Port != 0 ? [IPProtocol.Tcp, IPProtocol.Udp, IPProtocol.Sctp, IPProtocol.UdpLite]
        : destination.AddressFamily == AddressFamily.InterNetwork ? [IPProtocol.Icmp]
        : [IPProtocol.IcmpV6];
}
