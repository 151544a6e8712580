using ProxyHelper.Addresses;

namespace ProxyHelper.EndToEnd.Resolvers;

/// <summary>Specifies what the router knows about a connection.</summary>
internal enum LookupKind
{
    /// <summary>The connection and both of its translations. Only these connections are found.</summary>
    Redirected,

    /// <summary>Two connections that differ before the translation, and have the same ends after it.</summary>
    Ambiguous,

    /// <summary>One half of the connection, or a connection of UDP with the same ends.</summary>
    Half,

    /// <summary>A connection with other ends.</summary>
    Other,

    /// <summary>
    /// From a script, a value that is no mapping. Other routers do not know the connection.
    /// </summary>
    Invalid,

    /// <summary>Nothing.</summary>
    Unknown,
}

/// <summary>Represents a connection that a proxy asks about, and what the router knows about the connection.</summary>
/// <param name="Kind">What the router knows.</param>
/// <param name="User">The original source.</param>
/// <param name="Server">The original destination.</param>
/// <param name="Decoy">The original destination of a second connection.</param>
/// <param name="Source">The translated source.</param>
internal sealed record MailLookup(
    LookupKind Kind,
    TransportEndPoint User,
    TransportEndPoint Server,
    TransportEndPoint Decoy,
    TransportEndPoint Source)
{
    /// <summary>The proxy, which is the translated destination of all connections.</summary>
    public static readonly TransportEndPoint Proxy = TransportEndPoint.Parse("194.0.22.9:9199");

    /// <summary>Returns the connections of many users, who all use the same port.</summary>
    public static MailLookup[] Generate(int count, int seed)
    {
        var random = new Random(seed);
        return
        [
            .. Enumerable.Range(0, count).Select(number => new MailLookup(
                random.Next(10) < 6 ? LookupKind.Redirected : (LookupKind)random.Next(1, 6),
                TransportEndPoint.Parse($"10.1.{2 + (number / 250)}.{1 + (number % 250)}:10943"),
                TransportEndPoint.Parse($"4.1.1.{1 + (number % 200)}:25"),
                TransportEndPoint.Parse($"4.1.2.{1 + (number % 200)}:25"),
                TransportEndPoint.Parse($"194.0.1.1:{10000 + number}"))),
        ];
    }
}
