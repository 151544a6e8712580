using ProxyHelper.Addresses;
using ProxyHelper.Protocol;

namespace ProxyHelper.Server;

/// <summary>Represents the settings of a responder that can be replaced at any time, all at once.</summary>
public sealed record AnswerRules
{
    /// <summary>The largest number of allowed proxies, and of trusted clients.</summary>
    public const int MaxPrefixes = 500;

    /// <summary>The highest rate limit, in queries a second.</summary>
    public const int MaxRate = 1_000_000;

    internal static readonly TimeSpan LongestQueueDelay = TimeSpan.FromMinutes(1);

    internal static readonly TimeSpan LongestGrace = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Gets the secret that a UDP query must carry. The default is 0, which smtp-gated sends when no secret is
    /// configured. The TCP protocol has no room for a secret.
    /// </summary>
    public uint Secret { get; init; }

    /// <summary>Gets what a reply contains as the user's name. The default is the address.</summary>
    public IdentFormat IdentFormat { get; init; }

    /// <summary>
    /// Gets the senders that may send queries. The default is an empty list, which allows every sender. This host and
    /// the trusted clients may always send queries.
    /// </summary>
    public IReadOnlyList<EndPointPattern> AllowedProxies { get; init; } = [];

    /// <summary>
    /// Gets the senders that may ask about any connection. Other senders may ask only about connections to their own
    /// address whose destination was translated. This host may always ask about any connection.
    /// </summary>
    public IReadOnlyList<EndPointPattern> TrustedClients { get; init; } = [];

    /// <summary>
    /// Gets the number of queries that a source address may send in a second, up to <see cref="MaxRate"/>. 0 is no
    /// limit. The default is 10,000. This host has no limit.
    /// </summary>
    public int MaxQueriesPerSecond { get; init; } = 10_000;

    /// <summary>
    /// Gets the largest age of a query whose reply leaves: above 0 and up to 1 minute. The default is 1 second, the
    /// shortest time that smtp-gated waits. A later reply could reach another connection's query.
    /// </summary>
    public TimeSpan MaxQueueDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Gets how long a query may wait if its connection is not found, up to 1 minute. The time starts when an address
    /// of the responder appears on this host. After a failover, the entries of the other router may arrive a moment
    /// later than the address. The responder looks the query up again, and answers before
    /// <see cref="MaxQueueDelay"/>. 0 answers "not found" at once. The default is 3 seconds.
    /// </summary>
    public TimeSpan FailoverGrace { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Gets whether each answered query becomes a notice. Under load, some of these notices are left out.
    /// </summary>
    public bool LogQueries { get; init; }

    /// <summary>
    /// Gets whether every address is that of a trusted client, also if several prefixes together contain all of them.
    /// </summary>
    internal bool TrustsEveryHost => new AddressRanges(TrustedClients).ContainsEveryAddress;

    /// <summary>Returns the rules without the secret.</summary>
    public override string ToString() =>
        $"{AllowedProxies.Count} allowed, {TrustedClients.Count} trusted, {MaxQueriesPerSecond} queries a second";

    /// <summary>Checks the rules.</summary>
    /// <exception cref="ArgumentException">Thrown when a rule is invalid. The message names it.</exception>
    public void Validate()
    {
        SettingCheck.Require(AllowedProxies.Count <= MaxPrefixes, TooMany("allowed proxies"));
        SettingCheck.Require(TrustedClients.Count <= MaxPrefixes, TooMany("trusted clients"));
        string? fault = HostAddresses.Read().FindClientFault(AllowedProxies.Concat(TrustedClients));
        SettingCheck.Require(fault is null, fault);
        SettingCheck.Require(
            MaxQueriesPerSecond is >= 0 and <= MaxRate,
            $"The rate must be 0 (no limit) to {MaxRate} queries a second.");
        SettingCheck.Require(
            MaxQueueDelay > TimeSpan.Zero && MaxQueueDelay <= LongestQueueDelay,
            "The queue delay must be above 0 and at most 1 minute.");
        SettingCheck.Require(
            FailoverGrace >= TimeSpan.Zero && FailoverGrace <= LongestGrace,
            "The failover grace must be 0 (off) to 1 minute.");
    }

    private static string TooMany(string senders) => $"There are more than {MaxPrefixes} {senders}. Use prefixes.";
}
