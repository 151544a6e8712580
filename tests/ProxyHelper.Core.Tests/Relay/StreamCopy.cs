using System.Net.Sockets;
using System.Security.Cryptography;
using Xunit;

namespace ProxyHelper.Tests.Relay;

/// <summary>Sends random bytes through one direction of a connection, and compares the hashes of both ends.</summary>
internal sealed class StreamCopy
{
    private readonly Thread _sender;
    private readonly Thread _receiver;
    private byte[] _sent = [];
    private byte[] _received = [];
    private Exception? _failure;

    /// <summary>Starts to send.</summary>
    /// <param name="from">The end that sends.</param>
    /// <param name="to">The end that receives.</param>
    /// <param name="random">Chooses the bytes.</param>
    /// <param name="length">The number of bytes.</param>
    /// <param name="pieces">Whether the bytes are sent and received in pieces of random sizes.</param>
    public StreamCopy(Socket from, Socket to, Random random, int length, bool pieces = false)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        int seed = random.Next();
        _sender = Start(() => _sent = Send(from, bytes, pieces ? new Random(seed) : null));
        _receiver = Start(() => _received = Receive(to, pieces ? new Random(seed + 1) : null));
    }

    /// <summary>Waits for the end of the stream, and checks that its bytes arrived.</summary>
    public void AssertEqual()
    {
        _sender.Join();
        _receiver.Join();
        Assert.Null(_failure);
        Assert.NotEmpty(_sent);
        Assert.Equal(_sent, _received);
    }

    private static byte[] Send(Socket socket, byte[] bytes, Random? pieces)
    {
        for (int sent = 0; sent < bytes.Length;)
        {
            int left = bytes.Length - sent;
            sent += socket.Send(bytes.AsSpan(sent, pieces is null ? left : Math.Min(left, SizeOf(pieces))));
        }

        socket.Shutdown(SocketShutdown.Send);
        return SHA256.HashData(bytes);
    }

    private static byte[] Receive(Socket socket, Random? pieces)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[1 << 17];
        int length;
        while ((length = socket.Receive(buffer.AsSpan(0, pieces is null ? buffer.Length : SizeOf(pieces)))) > 0)
        {
            hash.AppendData(buffer.AsSpan(0, length));
        }

        return hash.GetHashAndReset();
    }

    // Small and large pieces are equally likely.
    private static int SizeOf(Random random) => 1 + random.Next(1 << random.Next(17));

    private Thread Start(Action body)
    {
        var thread = new Thread(() =>
        {
            try
            {
                body();
            }
            catch (SocketException failure)
            {
                _failure = failure;
            }
        })
        {
            IsBackground = true,
        };
        thread.Start();
        return thread;
    }
}
