using System.Net;
using ProxyHelper.Linux;
using ProxyHelper.Server;
using ProxyHelper.TestSupport;
using ProxyHelper.Tests.Protocol;
using Xunit;

namespace ProxyHelper.Tests.Server;

/// <summary>
/// Tests sockets that a service manager has bound. A copy of the descriptor stands for the other process.
/// </summary>
public sealed class ResponderSocketsTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 3)]
    [InlineData(1, ListenOptions.QueuesPerWorker)]
    [InlineData(2, 3)]
    [InlineData(2, 2 * ListenOptions.QueuesPerWorker)]
    [Trait("Promise", "restart-with-systemd")]
    public void Inherited_sockets_are_served_and_stay_open(int workers, int count) => Router.With(() =>
    {
        LinuxSocket[] bound = Bind(count);
        for (int round = 0; round < 2; round++)
        {
            var askers = Enumerable.Range(0, 10).Select(_ => new Asker()).ToList();
            askers.ForEach(asker => asker.Send(Datagrams.Query, Asker.Helper())); // no thread reads them yet

            using Responder responder = Responder.Start(Options(workers, bound), Router.Rules);

            Assert.Equal([Asker.Helper()], responder.UdpEndPoints);
            askers.ForEach(asker => Assert.Equal(Datagrams.Found, asker.Receive(out _)));
            askers.ForEach(asker => asker.Dispose());
        }

        // The sockets are still bound.
        Assert.Throws<BindException>(() => Responder.Start(Router.Options("194.0.1.1"), Router.Rules));
        Array.ForEach(bound, socket => socket.Dispose());
    });

    [Fact]
    [Trait("Promise", "restart-with-systemd")]
    public void An_inherited_TCP_socket_is_served_with_its_waiting_clients() => Router.With(() =>
    {
        LinuxSocket[] bound = Bind(1);
        using LinuxSocket listener = BoundSocket.Listen(Asker.Helper(), allowAbsentAddress: false);
        for (int round = 0; round < 2; round++)
        {
            using var early = new TcpAsker();
            early.Send(TcpAsker.Query);

            using Responder responder = Responder.Start(Options(1, [bound[0], listener]), Router.Rules);

            Assert.Equal([Asker.Helper()], responder.TcpEndPoints);
            Assert.Equal(TcpAsker.Found, early.ReadToEnd());
        }

        Array.ForEach(bound, socket => socket.Dispose());
    });

    [Fact]
    public void Waiting_datagrams_without_an_arrival_time_are_discarded() => Router.With(() =>
    {
        LinuxSocket[] bound = Bind(1, isNoted: false);
        using var early = new Asker();
        early.Send(Datagrams.Query, Asker.Helper());

        using Responder responder = Responder.Start(Options(1, bound), Router.Rules);

        using var asker = new Asker();
        Assert.Equal(Datagrams.Found, asker.Ask(Datagrams.Query, Asker.Helper()));
        Assert.Equal(1, Router.CountsAfter(responder, 1).Queries);
        Array.ForEach(bound, socket => socket.Dispose());
    });

    [Fact]
    public void A_TCP_socket_that_no_longer_listens_ends_the_responder() => Router.With(() =>
    {
        LinuxSocket[] bound = Bind(1);
        using LinuxSocket listener = BoundSocket.Listen(Asker.Helper(), allowAbsentAddress: false);
        using Responder responder = Responder.Start(Options(1, [bound[0], listener]), Router.Rules);
        Descriptor.ShutDown(listener);
        Assert.IsType<LinuxException>(
            Assert.Throws<AggregateException>(
                () => responder.Notices.Completion.Wait(
                    TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken)).InnerException);
        Array.ForEach(bound, socket => socket.Dispose());
    });

    [Fact]
    public void Inherited_sockets_without_a_UDP_socket_are_rejected() => Router.With(() =>
    {
        using LinuxSocket listener = BoundSocket.Listen(Asker.Helper(), allowAbsentAddress: false);
        Assert.Contains(
            "there is no UDP socket among them",
            Assert.Throws<LinuxException>(() => Responder.Start(Options(1, [listener]), Router.Rules)).Message,
            StringComparison.Ordinal);
    });

    [Fact]
    public void Inherited_sockets_of_other_kinds_are_rejected() => Router.With(() =>
    {
        using LinuxSocket unbound = LinuxSocket.Open(SocketKind.Udp);
        using LinuxSocket stream = LinuxSocket.Open(SocketKind.Tcp);
        using LinuxSocket version6 = LinuxSocket.Open(SocketKind.Udp with { Family = SocketKind.IPv6Family });
        foreach (LinuxSocket socket in (LinuxSocket[])[unbound, stream, version6])
        {
            Assert.Contains(
                "neither a bound UDP socket of IPv4",
                Assert.Throws<LinuxException>(() => Responder.Start(Options(1, [socket]), Router.Rules)).Message,
                StringComparison.Ordinal);
        }
    });

    [Theory]
    [InlineData("255.255.255.255")]
    [InlineData("224.0.0.1")]
    [InlineData("127.255.255.255")]
    [Trait("Promise", "no-broadcast")]
    public void Inherited_sockets_of_a_broadcast_or_multicast_address_are_rejected(string address) => Router.With(() =>
    {
        using LinuxSocket socket = BoundSocket.OpenUdp(Asker.Helper(address), _ => { });
        Assert.Contains(
            $"No program can listen on {address}, which is a",
            Assert.Throws<LinuxException>(() => Responder.Start(Options(1, [socket]), Router.Rules)).Message,
            StringComparison.Ordinal);
    });

    private static ListenOptions Options(int workers, LinuxSocket[] bound) =>
        Router.Options() with { Workers = workers, InheritedSockets = [.. bound.Select(Copy)] };

    private static LinuxSocket[] Bind(int count, bool isNoted = true) => [.. Enumerable.Range(0, count).Select(_ =>
    {
        LinuxSocket socket = LinuxSocket.Open(SocketKind.Udp);
        socket.SetOption(SocketOption.ReusePort, 1);
        if (isNoted)
        {
            socket.SetOption(SocketOption.Timestamp, 1);
        }

        SocketAddress address = Asker.Helper().Serialize();
        socket.Bind(address.Buffer.Span[..address.Size], "194.0.1.1:114");
        return socket;
    })];

    private static int Copy(LinuxSocket socket) => Descriptor.Duplicate(socket);
}
