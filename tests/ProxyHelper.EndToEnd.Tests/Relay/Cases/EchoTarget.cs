using System.Net.Sockets;
using System.Text;
using Xunit;

namespace ProxyHelper.EndToEnd.Relay.Cases;

/// <summary>
/// Represents a target that serves every connection: it first sends a line with the ends in the header, and then what
/// it receives. So each user can check that the target knows the user's own ends.
/// </summary>
internal sealed class EchoTarget : IDisposable
{
    private readonly CaseTarget _target;
    private readonly Task _accepting;

    private EchoTarget(CaseTarget target)
    {
        _target = target;
        _accepting = AcceptAsync();
    }

    /// <summary>Starts to serve.</summary>
    public static EchoTarget Start(CaseNetwork network) => new(CaseTarget.Open(network));

    /// <summary>Checks that the target sent the ends of the user's connection.</summary>
    public static async Task AssertKnowsAsync(Socket user)
    {
        byte[] expected = LineOf(OriginalEnds.Of(user));
        Assert.Equal(expected, await TargetConnection.ReadAsync(user, expected.Length));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _target.Dispose();
        _accepting.GetAwaiter().GetResult();
    }

    private static byte[] LineOf(OriginalEnds ends) => Encoding.ASCII.GetBytes($"{ends.Source} {ends.Destination}\n");

    private static async Task ServeAsync(Socket socket)
    {
        try
        {
            using TargetConnection connection = await TargetConnection.ReadHeaderAsync(socket);
            await socket.SendAsync(LineOf(connection.Ends), Patience.Token());
            byte[] buffer = new byte[65536];
            int length;
            while ((length = await socket.ReceiveAsync(buffer)) > 0)
            {
                for (int sent = 0; sent < length;)
                {
                    sent += await socket.SendAsync(buffer.AsMemory(sent, length - sent));
                }
            }
        }
        catch (SocketException)
        {
            // The user's test has ended.
        }
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                _ = ServeAsync(await _target.AcceptRawAsync(CancellationToken.None));
            }
            catch (Exception end) when (end is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
