using System.Buffers.Binary;
using ProxyHelper.Addresses;

namespace ProxyHelper.Protocol;

/// <summary>
/// Represents smtp-gated's query over UDP: it asks for the original source and destination of a connection that the
/// proxy accepted.
/// </summary>
/// <param name="Cookie">
/// The cookie, which the reply repeats byte for byte. The value keeps the order of the bytes.
/// </param>
/// <param name="Secret">The shared secret; 0 if no secret is configured.</param>
/// <param name="Source">The proxy's TCP peer: the translated source. IPv4.</param>
/// <param name="Destination">The proxy's accepting address and port. IPv4.</param>
public readonly record struct Query(uint Cookie, uint Secret, TransportEndPoint Source, TransportEndPoint Destination)
{
    /// <summary>Reads a query.</summary>
    /// <param name="datagram">The received bytes.</param>
    /// <param name="query">The query.</param>
    /// <param name="fault">The reason the datagram is not a query.</param>
    /// <returns>False when the datagram is not a query.</returns>
    public static bool TryRead(ReadOnlySpan<byte> datagram, out Query query, out QueryFault fault)
    {
        query = default;
        fault = FindFault(datagram);
        if (fault != QueryFault.None)
        {
            return false;
        }

        query = new Query(
            BinaryPrimitives.ReadUInt32BigEndian(datagram[HelperDatagram.CookieOffset..]),
            BinaryPrimitives.ReadUInt32BigEndian(datagram[HelperDatagram.SecretOffset..]),
            HelperEnds.ReadSource(datagram),
            HelperEnds.ReadDestination(datagram));
        return true;
    }

    /// <summary>Writes the query as smtp-gated sends it.</summary>
    /// <param name="datagram">Exactly 66 bytes.</param>
    public void Write(Span<byte> datagram)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(datagram.Length, HelperDatagram.Size);
        datagram.Clear();
        BinaryPrimitives.WriteUInt32BigEndian(datagram, HelperDatagram.Magic);
        BinaryPrimitives.WriteUInt32BigEndian(datagram[HelperDatagram.CookieOffset..], Cookie);
        BinaryPrimitives.WriteUInt32BigEndian(datagram[HelperDatagram.SecretOffset..], Secret);
        BinaryPrimitives.WriteUInt16BigEndian(datagram[HelperDatagram.VersionOffset..], HelperDatagram.Version);
        BinaryPrimitives.WriteUInt16BigEndian(datagram[HelperDatagram.FlagsOffset..], HelperDatagram.QueryFlags);
        HelperEnds.Write(datagram, Source, Destination);
    }

    /// <summary>Returns the two ends. The secret is left out.</summary>
    public override string ToString() => $"{Source} -> {Destination}";

    private static QueryFault FindFault(ReadOnlySpan<byte> datagram)
    {
        if (datagram.Length != HelperDatagram.Size)
        {
            return QueryFault.Length;
        }

        if (BinaryPrimitives.ReadUInt32BigEndian(datagram) != HelperDatagram.Magic)
        {
            return QueryFault.Magic;
        }

        if (BinaryPrimitives.ReadUInt16BigEndian(datagram[HelperDatagram.VersionOffset..]) != HelperDatagram.Version)
        {
            return QueryFault.Version;
        }

        return BinaryPrimitives.ReadUInt16BigEndian(datagram[HelperDatagram.FlagsOffset..]) == HelperDatagram.QueryFlags
            ? QueryFault.None
            : QueryFault.Flags;
    }
}

/// <summary>Specifies the reason a datagram is not a query.</summary>
public enum QueryFault : byte
{
    /// <summary>The datagram is a query.</summary>
    None,

    /// <summary>The datagram is not exactly 66 bytes long.</summary>
    Length,

    /// <summary>The datagram does not start with "RPHD".</summary>
    Magic,

    /// <summary>The version is not 0x0402.</summary>
    Version,

    /// <summary>
    /// The flags are not those of a query. For this reason, two helpers never reply to each other's replies.
    /// </summary>
    Flags,
}
