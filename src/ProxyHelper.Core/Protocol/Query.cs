using System.Buffers.Binary;
using ProxyHelper.Addresses;

namespace ProxyHelper.Protocol;

/// <summary>What smtp-gated asks: where a connection that it sees came from and was going to before NAT.</summary>
/// <param name="Cookie">Echoed byte for byte, so it is kept in the order of the bytes.</param>
/// <param name="Secret">The shared secret; 0 when none is set.</param>
/// <param name="Source">The TCP peer as the proxy sees it: the SNAT address. IPv4.</param>
/// <param name="Destination">The proxy's own accepting address. IPv4.</param>
public readonly record struct Query(uint Cookie, uint Secret, TransportEndPoint Source, TransportEndPoint Destination)
{
    /// <summary>Reads a query.</summary>
    /// <param name="datagram">The bytes as they were received.</param>
    /// <param name="query">The query.</param>
    /// <param name="fault">Why it is none.</param>
    /// <returns>Whether it is one.</returns>
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

    /// <summary>What is asked. The secret is not in it.</summary>
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
