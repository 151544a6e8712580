using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using ProxyHelper.Addresses;
using Xunit;

namespace ProxyHelper.EndToEnd.Relay.Cases;

/// <summary>Represents a connection that the target accepted.</summary>
/// <param name="Socket">The socket. Its next byte is the user's first byte.</param>
/// <param name="Ends">The ends in the header.</param>
internal sealed record TargetConnection(Socket Socket, OriginalEnds Ends) : IDisposable
{
    private const int HeadSize = 16, LengthOffset = 14, EndsSize = 12;

    // doc/proxy-protocol.txt: the signature, version 2 and PROXY, TCP over IPv4.
    private static readonly byte[] _head = [.. "\r\n\r\n\0\r\nQUIT\n"u8, 0x21, 0x11];

    /// <summary>Reads a header of version 2 over IPv4. Extensions after the ends are ignored.</summary>
    public static async Task<TargetConnection> ReadHeaderAsync(Socket socket)
    {
        try
        {
            byte[] head = await ReadAsync(socket, HeadSize);
            Assert.Equal(_head, head[..LengthOffset]);
            byte[] rest = await ReadAsync(socket, BinaryPrimitives.ReadUInt16BigEndian(head.AsSpan(LengthOffset)));
            Assert.InRange(rest.Length, EndsSize, int.MaxValue);
            return new TargetConnection(
                socket, new OriginalEnds(ReadEnd(rest, address: 0, port: 8), ReadEnd(rest, address: 4, port: 10)));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Reads a number of bytes. Fails if the stream ends before.</summary>
    public static async Task<byte[]> ReadAsync(Socket socket, int count)
    {
        byte[] bytes = new byte[count];
        for (int read = 0; read < count;)
        {
            int length = await socket.ReceiveAsync(bytes.AsMemory(read), Patience.Token());
            Assert.True(length > 0, $"The stream ended after {read} of {count} bytes.");
            read += length;
        }

        return bytes;
    }

    /// <inheritdoc/>
    public void Dispose() => Socket.Dispose();

    private static TransportEndPoint ReadEnd(byte[] ends, int address, int port) => new(
        new IPAddress(ends.AsSpan(address, 4)), BinaryPrimitives.ReadUInt16BigEndian(ends.AsSpan(port)));
}
