using System.Runtime.Versioning;
using ProxyHelper.Access;
using ProxyHelper.Netlink;
using ProxyHelper.Protocol;

namespace ProxyHelper.Server;

/// <summary>What a worker goes by with each query. All of it changes at once, between two batches, when options are changed.</summary>
/// <param name="Admission">What a datagram must pass.</param>
/// <param name="IdentFormat">What replies give as the user's name.</param>
/// <param name="LogQueries">Whether each query and its answer is told.</param>
[SupportedOSPlatform("linux")]
internal sealed record ServerRules(Admission Admission, IdentFormat IdentFormat, bool LogQueries)
{
    /// <summary>Makes the rules that follow from rules.</summary>
    public static ServerRules From(AnswerRules rules, RateLimiter? limiter, LocalAddresses own) =>
        new(new Admission(new AccessRules(rules.Secret, rules.AllowedProxies, rules.TrustedClients, own), limiter, rules.MaxQueueDelay), rules.IdentFormat, rules.LogQueries);
}
