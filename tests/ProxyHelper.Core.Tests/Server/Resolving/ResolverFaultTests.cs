using ProxyHelper.Addresses;
using ProxyHelper.Mappings;
using ProxyHelper.Sources;
using ProxyHelper.Telemetry;
using ProxyHelper.Tests.Protocol;
using ProxyHelper.Tests.Sources;
using Xunit;

namespace ProxyHelper.Tests.Server.Resolving;

/// <summary>Tests that an uncertain result is "not found", and is counted and logged with its reason.</summary>
/// <param name="path">The sockets of the responder.</param>
[Trait("Promise", "resolver-isolation")]
[Trait("Promise", "resolver-compared")]
public abstract class ResolverFaultTests(TestPath path) : ResolverPathTests(path)
{
    public static TheoryData<string, Outcome, string?> Faults => new()
    {
        { "none", Outcome.NotFound, null },
        { "different", Outcome.ResolverAmbiguous, "gave different answers" },
        { "another", Outcome.ResolverMismatch, "answered about another connection" },
        { "throw", Outcome.ResolverError, "The reason: the router is away\\nnow" },
        { "throw later", Outcome.ResolverError, "The reason: the router is away\\nnow" },
        { "nothing", Outcome.ResolverInvalid, "neither a mapping nor the text of a table" },
        { "wrong type", Outcome.ResolverInvalid, "The reason: it returned System.Int32" },
        { "old", Outcome.ResolverTooOld, "The table is too old" },
        { "slow", Outcome.ResolverLate, "took too long" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void An_uncertain_result_is_not_found_with_its_reason(string kind, Outcome outcome, string? notice) =>
        With(new ScriptedResolver((query, _) => Answer(kind, query)), Router.Rules, (responder, asker) =>
        {
            Assert.Equal(Datagrams.NotFound, asker.Ask(Datagrams.Query, Asker.Helper()));
            Assert.Equal(TcpAsker.NotFound, TcpAsker.Ask());
            Assert.Equal(new ResponderCounts { [outcome] = 2 }, responder.Counts);
            Assert.Equal(outcome == Outcome.NotFound ? 0 : 2, responder.Counts.ResolverFaults);
            if (notice is null)
            {
                Assert.False(responder.Notices.TryRead(out _));
                return;
            }

            ServerNotice written = Router.AwaitNotice(responder.Notices);
            Assert.Equal(NoticeKind.Fault, written.Kind);
            Assert.Contains(notice, written.Message, StringComparison.Ordinal);
            Assert.False(responder.Notices.TryRead(out _)); // the second one within ten seconds is only counted
        });

    private static async Task<ResolverAnswer> Answer(string kind, MappingQuery query)
    {
        switch (kind)
        {
            case "different":
                return new([ScriptedResolver.Map(query), ScriptedResolver.Map(query, source: "10.1.1.9:20000")]);
            case "another":
                return new([ScriptedResolver.Map(query with { Source = TransportEndPoint.Parse("194.0.1.1:9") })]);
            case "throw":
                throw new InvalidOperationException("the router is away\nnow");
            case "throw later":
                await Task.Yield();
                throw new InvalidOperationException("the router is away\nnow");
            case "nothing":
                return null!;
            case "wrong type":
                return ResolverAnswer.FromFault(ResolverFault.WrongType, "it returned System.Int32");
            case "old":
                return ResolverAnswer.FromFault(ResolverFault.TooOld, "it was read an hour ago");
            case "slow":
                return ResolverAnswer.FromFault(ResolverFault.TimedOut, "no reply from the router");
            default:
                return ResolverAnswer.NotFound;
        }
    }
}

/// <summary>Runs the tests with Linux's own sockets.</summary>
public sealed class ResolverFaultOnLinuxTests() : ResolverFaultTests(TestPath.Resolver);

/// <summary>Runs the tests with the sockets of .NET.</summary>
public sealed class ResolverFaultOnPortableTests() : ResolverFaultTests(TestPath.Portable);
