using System.Net;
using System.Net.Sockets;
using ProxyHelper.Linux;
using ProxyHelper.Relay;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.Tests.Relay;

/// <summary>Tests the sockets on which a relay accepts connections.</summary>
public sealed class RelayListenerTests
{
    private const int Connections = 40;

    private static readonly RelayOptions _twoWorkers = RelayRun.Options with { Workers = 2 };

    [Fact]
    public void Workers_share_the_connections_and_the_counts() => RelayRun.In(
        run =>
        {
            var users = Enumerable.Range(0, Connections).Select(_ => run.Open()).ToArray();
            run.Await(counts => counts is { Open: Connections, Accepted: Connections });
            Assert.All(users, pair =>
            {
                pair.Target.Send("welcome"u8);
                Assert.Equal("welcome"u8, RelayRun.Receive(pair.User, 7));
                pair.User.Dispose();
                pair.Target.Dispose();
            });
            run.Await(counts => counts.Open == 0);
            run.Relay.Stop();
            Assert.Equal(Connections, run.Relay.Counts[RelayOutcome.Finished]);
        },
        _twoWorkers);

    [Fact]
    public void A_second_relay_on_the_same_port_fails_even_if_both_have_workers() => RelayRun.In(
        run =>
        {
            var failure = Assert.Throws<BindException>(() => ProxyRelay.Open(_twoWorkers, RelayRun.Rules));
            Assert.Equal((Errno.EADDRINUSE, RelayRun.Options.Listen[0]), (failure.Errno, failure.EndPoint));
        },
        _twoWorkers);

    [Fact]
    public void All_addresses_of_the_host_ask_about_the_address_of_the_connection() => RelayRun.In(
        run =>
        {
            IPEndPoint? asked = null;
            run.Helper.Answer = query =>
            {
                asked = query.Destination.ToIPEndPoint();
                return (ScriptedHelper.UserOf(query), ScriptedHelper.Site);
            };
            run.Open();
            Assert.Equal(IPEndPoint.Parse("194.0.22.9:9199"), asked);
        },
        RelayRun.Options with { Listen = [IPEndPoint.Parse("0.0.0.0:9199")] });

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void An_inherited_socket_keeps_the_connections_that_a_stopped_relay_did_not_accept(int workers)
    {
        Socket? owner = null;
        int descriptor = 0;
        RelayRun.In(
            run =>
            {
                Assert.Equal([RelayRun.Options.Listen[0]], run.Relay.EndPoints);
                run.Open();
                run.Relay.Stop();
                using Socket user = RelayRun.Connect(); // waits in the kernel for the next relay
                using ProxyRelay next = ProxyRelay.Start(run.Relay.Options, RelayRun.Rules);
                run.Accept(user).Dispose();
            },
            () =>
            {
                owner = RelayRun.NewSocket();
                owner.Bind(RelayRun.Options.Listen[0]);
                owner.Listen();
                descriptor = Descriptor.Duplicate(owner.SafeHandle);
                return RelayRun.Options with { Listen = [], InheritedSockets = [descriptor], Workers = workers };
            },
            RelayRun.Rules with { DrainTime = TimeSpan.Zero });
        Descriptor.Close(descriptor);
        owner?.Dispose();
    }

    [Theory]
    [InlineData(SocketType.Dgram, "127.0.0.1", Errno.EINVAL)]
    [InlineData(SocketType.Stream, "::", Errno.EINVAL)] // what "ListenStream=9199" in a socket unit opens
    [InlineData(SocketType.Stream, null, Errno.EBADF)]
    public void An_inherited_socket_that_cannot_accept_users_is_an_error(SocketType type, string? address, Errno errno)
    {
        using Socket? socket = address is null ? null : Bind(type, IPAddress.Parse(address));
        int descriptor = (int?)socket?.Handle ?? int.MaxValue;
        var failure = Assert.Throws<LinuxException>(() => ProxyRelay.Open(
            RelayRun.Options with { Listen = [], InheritedSockets = [descriptor] }, RelayRun.Rules));
        Assert.Equal(errno, failure.Errno);
        Assert.Contains(
            $"descriptor {descriptor} is not a TCP socket of IPv4 that listens",
            failure.Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("224.0.0.1:9199", "127.0.0.1:3128", "224.0.0.1 is not an IPv4 address")]
    [InlineData("[::1]:9199", "127.0.0.1:3128", "::1 is not an IPv4 address")]
    [InlineData("194.0.22.9:9199", "194.0.22.9:9199", "The target 194.0.22.9:9199 is the relay itself")]
    [InlineData("0.0.0.0:9199", "127.0.0.1:9199", "The target 127.0.0.1:9199 is the relay itself")]
    [InlineData("194.0.22.9:9199", "[::1]:3128", "The target [::1]:3128 is not an IPv4 address")]
    public void Addresses_that_cannot_work_are_errors(string listen, string target, string message)
    {
        RelayOptions options = RelayRun.Options with
        {
            Listen = [IPEndPoint.Parse(listen)],
            Target = RelayTarget.At(IPEndPoint.Parse(target)),
        };
        var failure = Assert.Throws<ArgumentException>(options.Validate);
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
    }

    private static Socket Bind(SocketType type, IPAddress address)
    {
        var socket = new Socket(address.AddressFamily, type, ProtocolType.Unspecified);
        socket.Bind(new IPEndPoint(address, 0));
        if (type == SocketType.Stream)
        {
            socket.Listen();
        }

        return socket;
    }
}
