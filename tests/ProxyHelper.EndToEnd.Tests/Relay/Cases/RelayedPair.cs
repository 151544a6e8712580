using System.Net.Sockets;
using System.Text;
using Xunit;

namespace ProxyHelper.EndToEnd.Relay.Cases;

/// <summary>Represents both ends of a relayed connection.</summary>
/// <param name="User">The socket of the user's side.</param>
/// <param name="Target">The socket of the target.</param>
internal sealed record RelayedPair(Socket User, Socket Target) : IDisposable
{
    /// <summary>Opens a connection through the relay, and checks that the target learned its own ends.</summary>
    public static async Task<RelayedPair> OpenAsync(CaseNetwork network, CaseTarget target)
    {
        Socket user = await network.ConnectAsync();
        try
        {
            TargetConnection accepted = await target.AcceptAsync();
            Assert.Equal(OriginalEnds.Of(user), accepted.Ends);
            return new RelayedPair(user, accepted.Socket);
        }
        catch
        {
            user.Dispose();
            throw;
        }
    }

    /// <summary>Sends a line in each direction, and checks that the line arrives.</summary>
    public async Task AssertRelaysAsync()
    {
        await AssertPassesAsync(User, Target, "from the user");
        await AssertPassesAsync(Target, User, "from the target");
    }

    /// <summary>
    /// Sends in both directions at once until an event has happened, then a number of bytes, and ends both directions.
    /// Checks that every byte arrives.
    /// </summary>
    public async Task ExchangeAsync(int seed, long count, Task before)
    {
        Task<HashedBytes> up = HashedStream.SendAsync(User, seed, count, before);
        Task<HashedBytes> down = HashedStream.SendAsync(Target, seed + 1, count, before);
        Task<HashedBytes> atTarget = HashedStream.ReceiveAsync(Target);
        Task<HashedBytes> atUser = HashedStream.ReceiveAsync(User);
        Assert.Equal(await up, await atTarget);
        Assert.Equal(await down, await atUser);
        Assert.InRange((await up).Count, count, long.MaxValue);
    }

    /// <summary>Ends both directions, the user's first, and checks that both sides see the end.</summary>
    public async Task FinishAsync()
    {
        User.Shutdown(SocketShutdown.Send);
        await AssertEndsAsync(Target);
        Target.Shutdown(SocketShutdown.Send);
        await AssertEndsAsync(User);
    }

    /// <summary>Checks that text passes from one socket to another.</summary>
    public static async Task AssertPassesAsync(Socket from, Socket to, string text)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(text);
        await from.SendAsync(bytes, Patience.Token());
        Assert.Equal(bytes, await TargetConnection.ReadAsync(to, bytes.Length));
    }

    /// <summary>Checks that the next thing that a socket receives is the end of the stream.</summary>
    public static async Task AssertEndsAsync(Socket socket) =>
        Assert.Equal(0, await socket.ReceiveAsync(new byte[1], Patience.Token()));

    /// <summary>Checks that the next thing that a socket receives is a reset.</summary>
    public static async Task AssertResetAsync(Socket socket)
    {
        SocketException failure = await Assert.ThrowsAsync<SocketException>(
            async () => await socket.ReceiveAsync(new byte[1], Patience.Token()));
        Assert.Equal(SocketError.ConnectionReset, failure.SocketErrorCode);
    }

    /// <summary>Resets a connection.</summary>
    public static void Reset(Socket socket)
    {
        socket.LingerState = new LingerOption(enable: true, seconds: 0);
        socket.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        User.Dispose();
        Target.Dispose();
    }
}
