using ProxyHelper.Addresses;
using ProxyHelper.Protocol;
using ProxyHelper.Server;
using ProxyHelper.Telemetry;
using ProxyHelper.Tests.Protocol;
using Xunit;

namespace ProxyHelper.Tests.Server;

/// <summary>Tests the change of rules while a responder runs.</summary>
public abstract class ResponderChangeTests(TestPath path) : PathTests(path)
{
    private static readonly ListenOptions _options = Router.Options("194.0.1.1");

    [Fact]
    [Trait("Promise", "live-reload")]
    public void Changed_rules_apply_to_the_next_query() => WithResponder(_options, (responder, asker) =>
    {
        Assert.Equal(Datagrams.Found, asker.Ask(Datagrams.Query, Asker.Helper()));

        responder.ChangeRules(Router.Rules with { IdentFormat = IdentFormat.None });

        byte[] reply = asker.Ask(Datagrams.Query, Asker.Helper());
        Assert.Equal(Datagrams.Found[..28], reply[..28]);
        Assert.All(reply[28..], value => Assert.Equal(0, value));

        responder.ChangeRules(Router.Rules with { Secret = 7 });
        asker.Send(Datagrams.Query, Asker.Helper());
        Assert.Equal(1, Router.CountsAfter(responder, 3)[Outcome.WrongSecret]);

        responder.ChangeRules(Router.Rules);
        Assert.Equal(Datagrams.Found, asker.Ask(Datagrams.Query, Asker.Helper()));
    });

    [Fact]
    public void Rules_can_change_before_the_start_and_a_stopped_responder_cannot_start() => Router.With(() =>
    {
        using var asker = new Asker();
        using Responder responder = Open(_options, Router.Rules);
        responder.ChangeRules(Router.Rules with { Secret = 7 });
        responder.Start();
        asker.Send(Datagrams.Query, Asker.Helper());
        Assert.Equal(1, Router.CountsAfter(responder, 1)[Outcome.WrongSecret]);
        responder.Stop();
        Assert.Throws<ObjectDisposedException>(responder.Start);
        responder.ChangeRules(Router.Rules);

        using Responder never = Open(_options, Router.Rules);
        never.Stop();
        Assert.True(never.Notices.Completion.IsCompletedSuccessfully);
        Assert.Throws<ObjectDisposedException>(never.Start);
    });

    [Fact]
    [Trait("Promise", "live-reload")]
    public void Changed_rules_apply_over_TCP_too_and_queries_are_logged() =>
        WithResponder(_options with { TcpPort = 114 }, (responder, _) =>
        {
            Assert.Equal(TcpAsker.Found, TcpAsker.Ask());

            responder.ChangeRules(Router.Rules with { IdentFormat = IdentFormat.None, LogQueries = true });

            Assert.Equal(TcpAsker.Found.Replace("10.1.1.1", "-", StringComparison.Ordinal), TcpAsker.Ask());
            ServerNotice notice = Router.AwaitNotice(responder.Notices);
            Assert.Equal(
                "194.0.22.9 asked about 194.0.1.1:3527 -> 194.0.22.9:9199: 10.1.1.1:20000 -> 4.1.1.2:25.",
                notice.Message);
        });

    [Fact]
    [Trait("Promise", "live-reload")]
    public void A_change_of_allowed_senders_loses_no_query() => WithResponder(_options, (responder, asker) =>
    {
        for (int round = 0; round < 50; round++)
        {
            asker.Send(Datagrams.Query, Asker.Helper());
            string allowed = round % 2 == 0 ? "10.0.0.1" : "194.0.22.9";
            responder.ChangeRules(Router.Rules with { AllowedProxies = [EndPointPattern.ParseAddresses(allowed)] });
            Assert.Equal(Datagrams.Found, asker.Receive(out _)); // this host may always ask
        }
    });

    [Fact]
    public void Invalid_rules_are_refused_and_no_rule_changes() => WithResponder(_options, (responder, asker) =>
    {
        Assert.Throws<ArgumentException>(
            () => responder.ChangeRules(Router.Rules with { Secret = 7, MaxQueueDelay = TimeSpan.Zero }));

        Assert.Equal(Router.Rules, responder.Rules);
        Assert.Equal(Datagrams.Found, asker.Ask(Datagrams.Query, Asker.Helper()));
    });

    [Fact]
    public void Queries_wait_until_the_responder_starts() => Router.With(() =>
    {
        using var asker = new Asker();
        using Responder responder = Open(_options, Router.Rules);
        asker.Send(Datagrams.Query, Asker.Helper());
        Assert.False(asker.HasAnswer());

        responder.Start();

        Assert.Equal(Datagrams.Found, asker.Receive(out _));
        Assert.True(responder.IsResponsive);
    });

    [Fact]
    public void A_responder_that_never_started_frees_its_port_and_has_no_notices() => Router.With(() =>
    {
        Responder responder = Open(_options, Router.Rules);
        responder.Dispose();
        Assert.True(responder.Notices.Completion.IsCompletedSuccessfully);
        Start(_options, Router.Rules).Dispose();
    });

    [Fact]
    public void Queries_are_logged_only_if_the_rules_say_so() => WithResponder(_options, (responder, asker) =>
    {
        asker.Ask(Datagrams.Query, Asker.Helper());
        Assert.False(responder.Notices.TryPeek(out _));

        responder.ChangeRules(Router.Rules with { LogQueries = true });
        asker.Ask(Datagrams.Query, Asker.Helper());

        ServerNotice notice = Router.AwaitNotice(responder.Notices);
        Assert.Equal(NoticeKind.Query, notice.Kind);
        Assert.Equal(
            "194.0.22.9 asked about 194.0.1.1:3527 -> 194.0.22.9:9199: 10.1.1.1:20000 -> 4.1.1.2:25.", notice.Message);
        Assert.Null(responder.LastFault);
    });
}

/// <summary>Runs the tests with Linux's own sockets and the kernel as the source.</summary>
public sealed class ResponderChangeOnKernelTests() : ResponderChangeTests(TestPath.Kernel);

/// <summary>Runs the tests with Linux's own sockets and a resolver as the source.</summary>
public sealed class ResponderChangeOnResolverTests() : ResponderChangeTests(TestPath.Resolver);

/// <summary>Runs the tests with the sockets of .NET and a resolver as the source.</summary>
public sealed class ResponderChangeOnPortableTests() : ResponderChangeTests(TestPath.Portable);
