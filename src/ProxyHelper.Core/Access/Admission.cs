using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.Protocol;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Access;

/// <summary>
/// Decides which queries are answered. A datagram must pass four checks in this order: form, access, age, rate. A TCP
/// connection must pass two: access, rate.
/// </summary>
/// <param name="rules">The rules of access.</param>
/// <param name="limiter">The rate limiter, or null if there is no rate limit.</param>
/// <param name="maxAge">The largest age of a query whose reply leaves.</param>
internal sealed class Admission(AccessRules rules, RateLimiter? limiter, TimeSpan maxAge)
{
    // The time that is left for the reply after a query has waited: a fifth of the largest age, and at least this.
    private static readonly TimeSpan _shortestMargin = TimeSpan.FromMilliseconds(20);

    private uint _limiterNow;

    /// <summary>
    /// Gets the age at which a query that waits for its connection is answered, so that the reply is not late.
    /// </summary>
    public TimeSpan LongestWait { get; } =
        maxAge - (maxAge / 5 > _shortestMargin ? maxAge / 5 : _shortestMargin);

    /// <summary>Begins a batch of datagrams or connections.</summary>
    /// <param name="sinceBoot">The time since boot at which the batch was received.</param>
    public void BeginBatch(TimeSpan sinceBoot) => _limiterNow = limiter?.TimeAt(sinceBoot) ?? 0;

    /// <summary>Returns the reason to refuse a datagram of the batch, or null.</summary>
    /// <param name="datagram">
    /// The bytes of the datagram. A datagram that is longer than a query shows at least one more byte.
    /// </param>
    /// <param name="sender">The address of the sender.</param>
    /// <param name="age">The time since the kernel received the datagram; negative if the time is unknown.</param>
    /// <param name="query">Receives the query.</param>
    public Outcome? FindRefusal(ReadOnlySpan<byte> datagram, IPv4Address sender, TimeSpan age, out Query query) =>
        // The rate is checked last, so that a refused query takes no token: a sender without the secret cannot use up
        // the proxy's rate.
        FindRefusalOfWaiting(datagram, sender, age, out query) ?? FindRateRefusal(sender);

    /// <summary>
    /// Returns the reason to refuse a datagram that was admitted before and has waited, or null. The rules can have
    /// changed. The query takes no second token from the sender's rate.
    /// </summary>
    /// <inheritdoc cref="FindRefusal"/>
    public Outcome? FindRefusalOfWaiting(
        ReadOnlySpan<byte> datagram, IPv4Address sender, TimeSpan age, out Query query)
    {
        if (!Query.TryRead(datagram, out query, out _))
        {
            return Outcome.Malformed;
        }

        return rules.FindRefusal(sender, query) ?? (IsLate(age) ? Outcome.Late : null);
    }

    /// <summary>
    /// Returns the reason to refuse a TCP connection before a line is read, or null. A connection has no age: the reply
    /// reaches the client that opened the connection, or nobody.
    /// </summary>
    public Outcome? FindConnectionRefusal(IPv4Address sender) => rules.FindConnectionRefusal(sender);

    /// <summary>
    /// Takes a token from the sender's rate and returns null, or returns the refusal if no token is left. Called last,
    /// so that only a query that is answered takes a token.
    /// </summary>
    public Outcome? FindRateRefusal(IPv4Address sender) =>
        limiter is null || limiter.TryTake(sender, _limiterNow) || rules.IsThisHost(sender) ? null : Outcome.TooOften;

    /// <summary>
    /// Returns whether a sender may learn the original ends of a connection. This host and trusted clients may learn
    /// about every connection. Other senders learn only about a connection whose destination address or port was
    /// translated, because smtp-gated is always behind DNAT. Otherwise a server could ask who its client is behind a
    /// masquerading router.
    /// </summary>
    /// <param name="sender">The address of the sender, which was admitted.</param>
    /// <param name="original">The original tuple of the connection.</param>
    /// <param name="reply">The reply tuple of the connection, whose source is the translated destination.</param>
    public bool MayLearn(IPv4Address sender, in ConntrackTuple original, in ConntrackTuple reply) =>
        original.Destination != reply.Source || rules.IsTrusted(sender);

    /// <summary>
    /// Returns whether a query is too old to be answered. smtp-gated may give a query up and use its port again for a
    /// query about another connection. A late reply would be taken for the reply to the second query, and would
    /// misroute its mail. Checked when the query was received, and again immediately before the reply leaves, because
    /// the process can stand still in between.
    /// </summary>
    /// <param name="age">The time since the kernel received the query; negative if the time is unknown.</param>
    public bool IsLate(TimeSpan age) => age > maxAge || age < TimeSpan.Zero;
}
