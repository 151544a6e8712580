using ProxyHelper.Addresses;
using ProxyHelper.Mappings;

namespace ProxyHelper.Tables;

/// <summary>Holds the configured translations of a table: an inside end, and the end that the outside sees.</summary>
internal sealed class StaticEnds
{
    private readonly HashSet<(IPProtocol? Protocol, MappingEnds Ends, string? Domain)> _pairs = [];
    private readonly HashSet<(IPProtocol? Protocol, TransportEndPoint End)> _ends = [];

    /// <summary>Adds a configured translation.</summary>
    public void Add(RouterMapping row)
    {
        if (row is { OriginalDestination: null, TranslatedDestination: null })
        {
            _pairs.Add(KeyOf(row));
        }

        foreach (TransportEndPoint? end in (ReadOnlySpan<TransportEndPoint?>)
            [row.OriginalSource, row.OriginalDestination, row.TranslatedSource, row.TranslatedDestination])
        {
            if (end is { } known)
            {
                _ends.Add((row.Protocol, known));
            }
        }
    }

    /// <summary>
    /// Returns whether a translation is configured for exactly the inside end of a connection. The row has the ends of
    /// a connection from the inside.
    /// </summary>
    public bool IsConfigured(RouterMapping row) => _pairs.Contains(KeyOf(row));

    /// <summary>Returns whether a configured translation has an end of the query.</summary>
    public bool Fits(in MappingQuery query) =>
        Fits(query.Protocol, query.Source) || Fits(query.Protocol, query.Destination);

    private static (IPProtocol? Protocol, MappingEnds Ends, string? Domain) KeyOf(RouterMapping row) =>
        (row.Protocol,
            new MappingEnds(row.Protocol, row.OriginalSource, null, row.TranslatedSource, null),
            row.RoutingDomain);

    private bool Fits(IPProtocol protocol, TransportEndPoint end) =>
        _ends.Contains((protocol, end)) || _ends.Contains((protocol, end.WithPort(0)))
        || _ends.Contains((null, end)) || _ends.Contains((null, end.WithPort(0)));
}
