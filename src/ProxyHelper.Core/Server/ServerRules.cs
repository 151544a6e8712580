using ProxyHelper.Access;
using ProxyHelper.Netlink;
using ProxyHelper.Protocol;

namespace ProxyHelper.Server;

/// <summary>Represents the rules of a responder, with the rate limiter that all its servers share.</summary>
/// <param name="Answer">The rules.</param>
/// <param name="Limiter">The rate limiter, or null if there is no rate limit.</param>
internal sealed record RuleSet(AnswerRules Answer, RateLimiter? Limiter)
{
    /// <summary>Creates a rule set. If the rate limit stays the same, the limiter and its counts stay.</summary>
    public static RuleSet From(AnswerRules rules, RuleSet? previous)
    {
        int rate = rules.MaxQueriesPerSecond;
        bool isSameRate = previous?.Answer.MaxQueriesPerSecond == rate;
        return new RuleSet(rules, isSameRate ? previous!.Limiter : rate == 0 ? null : new RateLimiter(rate));
    }
}

/// <summary>
/// Represents the rules that a server applies. A server replaces all of them at once, between two batches.
/// </summary>
/// <param name="Admission">Decides which queries are answered.</param>
/// <param name="IdentFormat">What a reply contains as the user's name.</param>
/// <param name="LogQueries">Whether each answered query is logged.</param>
/// <param name="FailoverGrace">The time after the appearance of an address for which queries wait.</param>
internal sealed record ServerRules(
    Admission Admission, IdentFormat IdentFormat, bool LogQueries, TimeSpan FailoverGrace)
{
    /// <summary>Creates the rules of a server.</summary>
    /// <param name="rules">The rules of the responder.</param>
    /// <param name="local">The addresses of this host, read by the server's thread.</param>
    public static ServerRules From(RuleSet rules, LocalAddresses local)
    {
        AnswerRules answer = rules.Answer;
        var access = new AccessRules(answer.Secret, answer.AllowedProxies, answer.TrustedClients, local);
        return new ServerRules(
            new Admission(access, rules.Limiter, answer.MaxQueueDelay),
            answer.IdentFormat,
            answer.LogQueries,
            answer.FailoverGrace);
    }
}
