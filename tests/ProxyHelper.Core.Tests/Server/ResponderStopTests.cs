using System.Diagnostics.Metrics;
using ProxyHelper.Lifetime;
using ProxyHelper.Linux;
using ProxyHelper.Server;
using ProxyHelper.Telemetry;
using ProxyHelper.TestSupport;
using ProxyHelper.Tests.Protocol;
using Xunit;

namespace ProxyHelper.Tests.Server;

/// <summary>Tests the states of a responder, and what it still answers when it is stopped.</summary>
[Trait("Promise", "clean-stop")]
public abstract class ResponderStopTests(TestPath path) : PathTests(path)
{
    private static readonly ListenOptions _options = Router.Options("194.0.1.1");

    [Fact]
    public void A_responder_goes_through_its_states_in_order() => Router.With(() =>
    {
        using Responder responder = Open(_options, Router.Rules);
        Assert.Equal(ServerState.Opened, responder.State);
        responder.Start();
        Assert.Equal(ServerState.Running, responder.State);
        Assert.Throws<InvalidOperationException>(responder.Start);
        Assert.False(responder.Completion.IsCompleted);
        responder.Stop();
        Assert.Equal(ServerState.Stopped, responder.State);
        Assert.True(responder.Completion.IsCompletedSuccessfully);
        Assert.Throws<ObjectDisposedException>(responder.Start);
    });

    [Fact]
    public void A_responder_that_never_started_stops_without_answering() => Router.With(() =>
    {
        using var asker = new Asker();
        Responder responder = Open(_options, Router.Rules);
        asker.Send(Datagrams.Query, Asker.Helper());
        responder.Stop();
        Assert.Equal((ServerState.Stopped, 0), (responder.State, responder.Counts.Queries));
        Assert.True(responder.Completion.IsCompletedSuccessfully);
        Assert.False(asker.HasAnswer());
    });

    [Fact]
    public void Queries_that_arrived_before_the_stop_are_all_answered() => Router.With(() =>
    {
        const int queries = 300;
        using var asker = new Asker(receiveBuffer: 1 << 20);
        using Responder responder = Open(_options, Router.Rules);
        for (int i = 0; i < queries; i++)
        {
            asker.Send(Datagrams.Query, Asker.Helper());
        }

        responder.Start();
        responder.Stop();

        Assert.Equal(new ResponderCounts { [Outcome.Found] = queries }, responder.Counts);
        for (int i = 0; i < queries; i++)
        {
            Assert.True(asker.HasAnswer());
            Assert.Equal(Datagrams.Found, asker.Receive(out _));
        }
    });

    [Fact]
    public void Connections_that_waited_before_the_stop_are_all_answered() => Router.With(() =>
    {
        const int each = 60; // with two sources, more than are accepted in three rounds
        using Responder responder = Open(_options with { TcpPort = 114 }, Router.Rules);
        TcpAsker[] proxies = [.. Enumerable.Range(0, each).Select(_ => new TcpAsker())];
        TcpAsker[] others = [.. Enumerable.Range(0, each).Select(_ => new TcpAsker("194.0.1.2"))];
        Array.ForEach([.. proxies, .. others], asker => asker.Send(TcpAsker.Query));

        responder.Start();
        responder.Stop();

        Assert.All(proxies, asker => Assert.Equal(TcpAsker.Found, asker.ReadToEnd()));
        Assert.All(others, asker => Assert.Equal(TcpAsker.NotFound, asker.ReadToEnd()));
        Assert.Equal(new ResponderCounts { [Outcome.Found] = each, [Outcome.NotFound] = each }, responder.Counts);
        Array.ForEach([.. proxies, .. others], asker => asker.Dispose());
    });

    [Fact]
    public void Queries_that_are_refused_or_late_stay_so_at_the_stop() => Router.With(() =>
    {
        using var asker = new Asker();
        using Responder responder = Open(_options, Router.Rules with { Secret = 7 });
        asker.Send(Datagrams.Query, Asker.Helper());
        asker.Send(Datagrams.QueryWithSecret(7), Asker.Helper());
        responder.Start();
        responder.Stop();
        Assert.Equal(new ResponderCounts { [Outcome.Found] = 1, [Outcome.WrongSecret] = 1 }, responder.Counts);
    });

    [Fact]
    public void StopAsync_completes_when_the_port_is_free() => Router.With(() =>
    {
        for (int round = 0; round < 3; round++)
        {
            Responder responder = Start(_options, Router.Rules);
            Task stopping = responder.StopAsync();
            Assert.True(stopping.Wait(TimeSpan.FromMinutes(1)));
            Assert.Equal(ServerState.Stopped, responder.State);
            Assert.True(responder.StopAsync().IsCompletedSuccessfully);
        }
    });

    [Fact]
    public void A_collector_that_fails_does_not_end_the_responder_and_does_not_keep_its_port() => Router.With(() =>
    {
        ListenOptions options = _options with { Port = 1146 };
        using MeterListener listener = FailingListener(1146);
        using var asker = new Asker();
        using (Responder responder = Start(options, Router.Rules))
        {
            Assert.Equal(Datagrams.Found, asker.Ask(Datagrams.Query, Asker.Helper(port: 1146)));
            Assert.Equal(Datagrams.Found, asker.Ask(Datagrams.Query, Asker.Helper(port: 1146)));
            responder.Stop();
            Assert.Equal(ServerState.Stopped, responder.State);
        }

        Start(options, Router.Rules).Dispose();
    });

    [Fact]
    public void A_collector_may_stop_the_responder_from_its_callback() => Router.With(() =>
    {
        using Responder responder = Start(_options with { Port = 1147 }, Router.Rules);
        using MeterListener listener = Listener(1147, responder.Stop);
        using var asker = new Asker();
        asker.Send(Datagrams.Query, Asker.Helper(port: 1147));
        Assert.True(responder.Completion.Wait(TimeSpan.FromMinutes(1)));
        Assert.Equal(ServerState.Stopped, responder.State);
    });

    private static MeterListener FailingListener(int port) =>
        Listener(port, () => throw new InvalidOperationException("the collector failed"));

    private static MeterListener Listener(int port, Action record)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                bool isOfPort = instrument.Meter.Tags?.Any(
                    tag => tag.Key == "server.port" && Equals(tag.Value, port)) == true;
                if (instrument.Name == "proxyhelper.query.duration" && isOfPort)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
            MeasurementsCompleted = (_, _) => throw new InvalidOperationException("the collector failed at the end"),
        };
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => record());
        listener.Start();
        return listener;
    }
}

/// <summary>Runs the tests with Linux's own sockets and the kernel as the source.</summary>
public sealed class ResponderStopOnKernelTests() : ResponderStopTests(TestPath.Kernel)
{
    [Fact]
    public void A_responder_whose_socket_no_longer_listens_is_faulted_and_its_ports_are_free() => Router.With(() =>
    {
        ListenOptions options = Router.Options("194.0.1.1") with { TcpPort = 114 };
        using (LinuxSocket listener = BoundSocket.Listen(Asker.Helper(), allowAbsentAddress: false))
        using (QuerySocket queries = QuerySocket.Open(Asker.Helper()))
        {
            ListenOptions inherited = options with
            {
                InheritedSockets = [Descriptor.Duplicate(listener), Descriptor.Duplicate(queries.Socket)],
            };
            using Responder responder = Start(inherited, Router.Rules);
            Descriptor.ShutDown(listener);
            Assert.Equal(0, Task.WaitAny([responder.Completion], TimeSpan.FromMinutes(1)));
            Assert.Equal((ServerState.Faulted, true), (responder.State, responder.Completion.IsFaulted));
            Assert.IsType<LinuxException>(responder.Completion.Exception!.InnerException);
            responder.Stop(); // returns at once, and throws nothing
        }

        Start(options, Router.Rules).Dispose();
    });
}

/// <summary>Runs the tests with Linux's own sockets and a resolver as the source.</summary>
public sealed class ResponderStopOnResolverTests() : ResponderStopTests(TestPath.Resolver);

/// <summary>Runs the tests with the sockets of .NET and a resolver as the source.</summary>
public sealed class ResponderStopOnPortableTests() : ResponderStopTests(TestPath.Portable);
