using ProxyHelper.Server;
using ProxyHelper.Sources;
using ProxyHelper.Tests.Server.Resolving;

namespace ProxyHelper.Tests.Server;

/// <summary>
/// Contains what tests of a responder share that run on each path: with the kernel as the source, and with a resolver
/// over Linux's own sockets and over the sockets of .NET.
/// </summary>
/// <param name="path">The path.</param>
public abstract class PathTests(TestPath path)
{
    /// <summary>Runs the body on the host of <see cref="Router"/> with a responder.</summary>
    private protected void WithResponder(ListenOptions options, Action<Responder, Asker> body) =>
        WithResponder(options, Router.Rules, body);

    /// <summary>Runs the body on the host of <see cref="Router"/> with a responder that has other rules.</summary>
    private protected void WithResponder(ListenOptions options, AnswerRules rules, Action<Responder, Asker> body) =>
        Router.With(() =>
        {
            using var asker = new Asker();
            using Responder responder = Start(options, rules);
            body(responder, asker);
        });

    /// <summary>Starts a responder on the path.</summary>
    private protected Responder Start(ListenOptions options, AnswerRules rules) =>
        OnPath(options, prepared => Responder.Start(prepared, rules));

    /// <summary>Opens a responder on the path.</summary>
    private protected Responder Open(ListenOptions options, AnswerRules rules) =>
        OnPath(options, prepared => Responder.Open(prepared, rules));

    private Responder OnPath(ListenOptions options, Func<ListenOptions, Responder> open)
    {
        MappingResolver? resolver = path == TestPath.Kernel ? null : new ConntrackResolver();
        ServerPath sockets = path == TestPath.Portable ? ServerPath.Portable : ServerPath.Linux;
        try
        {
            return open(options with { Resolver = resolver, Path = sockets });
        }
        catch
        {
            resolver?.Dispose();
            throw;
        }
    }
}

/// <summary>Specifies the sockets and the source of a responder.</summary>
public enum TestPath
{
    /// <summary>Linux's own sockets, and the kernel as the source.</summary>
    Kernel,

    /// <summary>Linux's own sockets, and a resolver as the source.</summary>
    Resolver,

    /// <summary>The sockets of .NET, and a resolver as the source.</summary>
    Portable,
}
