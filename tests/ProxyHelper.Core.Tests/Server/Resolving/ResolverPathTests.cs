using ProxyHelper.Server;
using ProxyHelper.Sources;
using ProxyHelper.Tests.Sources;

namespace ProxyHelper.Tests.Server.Resolving;

/// <summary>Contains what tests of a responder with a scripted resolver share.</summary>
/// <param name="path">The sockets of the responder.</param>
public abstract class ResolverPathTests(TestPath path)
{
    /// <summary>Runs the body on the host of <see cref="Router"/> with a responder that has a resolver.</summary>
    private protected void With(ScriptedResolver resolver, AnswerRules rules, Action<Responder, Asker> body) =>
        Router.With(() =>
        {
            using var asker = new Asker(receiveBuffer: 1 << 20);
            using Responder responder = Start(resolver, rules);
            body(responder, asker);
        });

    /// <summary>Starts a responder that has a resolver.</summary>
    private protected Responder Start(MappingResolver resolver, AnswerRules rules) => Responder.Start(
        Router.Options("194.0.1.1") with
        {
            TcpPort = 114,
            MaxConnectionTime = TimeSpan.FromMinutes(2),
            Resolver = resolver,
            Path = path == TestPath.Portable ? ServerPath.Portable : ServerPath.Linux,
        },
        rules);
}
