using System.Net;
using System.Net.Sockets;
using ProxyHelper.Addresses;

namespace ProxyHelper.EndToEnd.Relay.Cases;

/// <summary>Represents the original ends of a connection.</summary>
/// <param name="Source">The original source.</param>
/// <param name="Destination">The original destination.</param>
internal readonly record struct OriginalEnds(TransportEndPoint Source, TransportEndPoint Destination)
{
    /// <summary>
    /// Returns the ends of the connection whose translated source has a port. Each port has another source and another
    /// destination, so the ends of another connection are never right.
    /// </summary>
    public static OriginalEnds Of(int translatedPort)
    {
        int high = translatedPort >> 8, low = translatedPort & 0xff;
        return new OriginalEnds(
            TransportEndPoint.Parse($"10.1.{high}.{low}:{1024 + (translatedPort / 2)}"),
            TransportEndPoint.Parse($"4.{low}.{high}.1:{(translatedPort % 2 == 0 ? 80 : 443)}"));
    }

    /// <summary>Returns the ends of the connection of a socket on the router.</summary>
    public static OriginalEnds Of(Socket user) => Of(((IPEndPoint)user.LocalEndPoint!).Port);

    /// <summary>Makes ends of their text, such as "10.1.1.1:10943" and "4.1.1.1:80".</summary>
    public static OriginalEnds Parse(string source, string destination) =>
        new(TransportEndPoint.Parse(source), TransportEndPoint.Parse(destination));
}
