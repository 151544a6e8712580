using System.Buffers.Binary;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace ProxyHelper.EndToEnd.Relay.Cases;

/// <summary>
/// Sends and receives random bytes, and hashes them, so that a byte that is lost or moved is noticed.
/// </summary>
internal static class HashedStream
{
    private const int LargestPiece = 256 * 1024;

    /// <summary>Sends a number of bytes in pieces of random sizes, and ends the direction.</summary>
    /// <returns>The number and the hash of the bytes.</returns>
    public static Task<HashedBytes> SendAsync(Socket socket, int seed, long count) =>
        SendAsync(socket, seed, count, Task.CompletedTask);

    /// <summary>Sends until an event has happened, then a number of bytes, and ends the direction.</summary>
    /// <returns>The number and the hash of all bytes.</returns>
    public static async Task<HashedBytes> SendAsync(Socket socket, int seed, long count, Task before)
    {
        var random = new Random(seed);
        byte[] buffer = new byte[LargestPiece];
        random.NextBytes(buffer);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long sent = 0;
        for (long rest = count; rest > 0;)
        {
            bool isOver = before.IsCompleted;
            int length = (int)Math.Min(rest, random.Next(sizeof(long), LargestPiece));
            Memory<byte> piece = buffer.AsMemory(0, length);
            BinaryPrimitives.WriteInt64LittleEndian(buffer, sent); // no two pieces are equal
            hash.AppendData(piece.Span);
            await SendAllAsync(socket, piece);
            sent += length;
            rest -= isOver ? length : 0;
        }

        socket.Shutdown(SocketShutdown.Send);
        return new HashedBytes(sent, Convert.ToHexString(hash.GetHashAndReset()));
    }

    /// <summary>Receives until the end of the stream.</summary>
    public static async Task<HashedBytes> ReceiveAsync(Socket socket)
    {
        byte[] buffer = new byte[LargestPiece];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long received = 0;
        int length;
        while ((length = await socket.ReceiveAsync(buffer, Patience.Token())) > 0)
        {
            hash.AppendData(buffer.AsSpan(0, length));
            received += length;
        }

        return new HashedBytes(received, Convert.ToHexString(hash.GetHashAndReset()));
    }

    private static async Task SendAllAsync(Socket socket, ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes, Patience.Token())..];
        }
    }
}

/// <summary>Represents bytes that were sent or received.</summary>
/// <param name="Count">The number of bytes.</param>
/// <param name="Hash">The SHA-256 hash of the bytes.</param>
internal readonly record struct HashedBytes(long Count, string Hash);
