using ProxyHelper.Addresses;
using ProxyHelper.Protocol;

namespace ProxyHelper.Tests.Protocol;

/// <summary>The documented query and its replies, byte by byte.</summary>
internal static class Datagrams
{
    /// <summary>Gets smtp-gated's query about 194.0.1.1:3527 -> 194.0.22.9:9199.</summary>
    public static byte[] Query =>
        [.. Bytes.Of("52504844 a5fe844b 00000000 0402 0001 c2000101 c2001609 0dc7 23ef"), .. new byte[38]];

    /// <summary>Gets the reply "found" with 10.1.1.1:20000 -> 4.1.1.2:25.</summary>
    public static byte[] Found =>
    [
        .. Bytes.Of("52504844 a5fe844b 00000000 0402 0012 0a010101 04010102 4e20 0019"),
        .. "10.1.1.1"u8, .. new byte[24], .. new byte[6],
    ];

    /// <summary>Gets the reply "not found".</summary>
    public static byte[] NotFound =>
        [.. Bytes.Of("52504844 a5fe844b 00000000 0402 0022 c2000101 c2001609 0dc7 23ef"), .. new byte[38]];

    public static uint Cookie => 0xa5fe844b;

    public static TransportEndPoint Source { get; } = TransportEndPoint.Parse("194.0.1.1:3527");

    public static TransportEndPoint Destination { get; } = TransportEndPoint.Parse("194.0.22.9:9199");

    public static TransportEndPoint OriginalSource { get; } = TransportEndPoint.Parse("10.1.1.1:20000");

    public static TransportEndPoint OriginalDestination { get; } = TransportEndPoint.Parse("4.1.1.2:25");

    /// <summary>Changes some bytes of a datagram.</summary>
    public static byte[] With(this byte[] datagram, int offset, params ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(datagram.AsSpan(offset));
        return datagram;
    }

    /// <summary>Returns the query with a secret.</summary>
    public static byte[] QueryWithSecret(uint secret)
    {
        byte[] datagram = new byte[66];
        new Query(Cookie, secret, Source, Destination).Write(datagram);
        return datagram;
    }
}
