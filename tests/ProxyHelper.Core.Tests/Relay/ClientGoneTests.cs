using System.Net.Sockets;
using ProxyHelper.Relay;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.Tests.Relay;

/// <summary>Tests users who go while the relay asks the helper. The answer can already be about another user.</summary>
[Trait("Promise", "relay-user-gone")]
public sealed class ClientGoneTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)] // the bytes can still be received after the reset
    [InlineData(true, true)] // and after them the end of the stream, but no error
    public void A_user_who_has_gone_is_not_relayed(bool hasSent, bool hasEnded) => RelayRun.In(run =>
    {
        Socket user = null!;
        using var connected = new ManualResetEventSlim();
        run.Helper.Answer = query =>
        {
            connected.Wait(Patience.Token());
            user.LingerState = new LingerOption(enable: true, seconds: 0);
            user.Dispose(); // on the loopback interface, the reset arrives at once
            return (ScriptedHelper.UserOf(query), ScriptedHelper.Site);
        };

        user = RelayRun.Connect();
        if (hasSent)
        {
            user.Send("hello"u8);
        }

        if (hasEnded)
        {
            user.Shutdown(SocketShutdown.Send);
        }

        connected.Set();
        run.Await(counts => counts is { Open: 0 } && counts[RelayOutcome.ClientGone] == 1);
        Assert.False(run.HasConnection(milliseconds: 0));
    });
}
