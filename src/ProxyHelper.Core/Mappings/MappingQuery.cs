using ProxyHelper.Addresses;

namespace ProxyHelper.Mappings;

/// <summary>Represents the connection that a look-up asks for, with its ends after translation.</summary>
/// <param name="Protocol">The protocol above IP.</param>
/// <param name="Source">The translated source: the end that the proxy sees as its client.</param>
/// <param name="Destination">The translated destination: the end at which the proxy accepted the connection.</param>
public readonly record struct MappingQuery(IPProtocol Protocol, TransportEndPoint Source, TransportEndPoint Destination)
{
    /// <summary>Returns the query as text, such as "Tcp 194.0.1.1:20119 -> 194.0.22.9:9199".</summary>
    public override string ToString() => $"{Protocol} {Source} -> {Destination}";

    /// <summary>Returns whether ends are those of this query.</summary>
    internal bool Matches(in MappingEnds ends) => ends.Translated == this;
}
