using System.Runtime.Versioning;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.Linux;
using ProxyHelper.PowerShell.Commands;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Writes mappings that are looked up by both ends of a direction. The time does not depend on the size of the table.
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

    /// <summary>Writes the mappings with these ends after translation.</summary>
    /// <exception cref="LinuxException">Thrown when the table cannot be read.</exception>
    public void Find(TransportEndPoint source, TransportEndPoint destination)
    {
        if (source.AddressFamily != destination.AddressFamily)
        {
            command.WriteError(MappingErrors.MixedFamilies(source, destination));
            return;
        }

        IEnumerable<IPProtocol> protocols = filter.Protocols.Count > 0 ? filter.Protocols : [IPProtocol.Tcp];
        ConntrackTuple[] tuples = [.. protocols.Select(protocol => new ConntrackTuple(protocol, source, destination))];
        IReadOnlyList<ushort> zones = filter.Zones.Count > 0 ? filter.Zones : [0];
        command.WriteVerbose(
            $"Looking up {string.Join(" and ", tuples)} in zone {string.Join(" and ", zones)}, by the translated "
            + "ends.");
        List<ConntrackEntry> found = [.. tuples.SelectMany(tuple => FindInZones(tuple, zones))];
        command.WriteObject(found.Where(filter.Matches), enumerateCollection: true);
        if (found.Count == 0)
        {
            command.WriteError(MappingErrors.MappingNotFound(tuples[0], isOriginal: false, zones, ReadStatistics()));
        }
    }

    // A connection whose zone is for the original direction only has its translated ends in zone 0.
    private IEnumerable<ConntrackEntry> FindInZones(ConntrackTuple tuple, IReadOnlyList<ushort> zones)
    {
        var inZones = new ConntrackFilter { Zones = filter.Zones };
        return zones
            .Append((ushort)0)
            .Distinct()
            .Select(zone => Table.Find(tuple.Reversed, zone))
            .OfType<ConntrackEntry>()
            .Where(inZones.Matches);
    }
}
