using ProxyHelper.Addresses;
using ProxyHelper.Mappings;
using ProxyHelper.Tables.Values;

namespace ProxyHelper.Tables;

/// <summary>Turns rows of tables that do not show which side opened a connection.</summary>
internal static class EitherWay
{
    /// <summary>
    /// Returns the row as if the other side had opened the connection. The source of the new row is the translated
    /// destination of the old one.
    /// </summary>
    public static RouterMapping Reverse(RouterMapping row) => row with
    {
        OriginalSource = WithIdentifierOf(row, row.TranslatedDestination, row.TranslatedSource),
        OriginalDestination = WithoutIdentifier(row, row.TranslatedSource),
        TranslatedSource = WithIdentifierOf(row, row.OriginalDestination, row.OriginalSource),
        TranslatedDestination = WithoutIdentifier(row, row.OriginalSource),
        Counters = new MappingCounters(
            row.ReplyPackets, row.ReplyBytes, row.OriginalPackets, row.OriginalBytes),
    };

    // The identifier of ICMP belongs to the source, in both directions.
    private static TransportEndPoint? WithIdentifierOf(
        RouterMapping row, TransportEndPoint? source, TransportEndPoint? destination) =>
        ProtocolPorts.IsIcmp(row.Protocol) && destination is { } other ? source?.WithPort(other.Port) : source;

    private static TransportEndPoint? WithoutIdentifier(RouterMapping row, TransportEndPoint? end) =>
        ProtocolPorts.IsIcmp(row.Protocol) ? end?.WithPort(0) : end;
}
