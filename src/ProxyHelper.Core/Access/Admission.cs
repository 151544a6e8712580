using System.Runtime.Versioning;
using ProxyHelper.Addresses;
using ProxyHelper.Protocol;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Access;

/// <summary>What a datagram must pass to be answered, in this order: form, access, age, rate. A TCP connection: access, rate.</summary>
[SupportedOSPlatform("linux")]
internal sealed class Admission(AccessRules rules, RateLimiter? limiter, TimeSpan maximumQueueDelay)
{
    private DateTime _now;
    private uint _limiterNow;

    /// <summary>Takes the time, for what has just been received.</summary>
    public void BeginBatch()
    {
        _now = DateTime.UtcNow;
        _limiterNow = limiter?.TimeAt(_now) ?? 0;
    }

    /// <summary>Judges a datagram of the batch.</summary>
    /// <param name="datagram">Its bytes; longer than a query where it was longer.</param>
    /// <param name="sender">The address it came from.</param>
    /// <param name="receivedAt">When the kernel took it in.</param>
    /// <param name="query">The query, when it is one.</param>
    public Verdict Judge(ReadOnlySpan<byte> datagram, IPv4Address sender, DateTime? receivedAt, out Query query)
    {
        if (!Query.TryRead(datagram, out query, out _))
        {
            return Verdict.Malformed;
        }

        Verdict access = rules.Judge(sender, query);
        if (access != Verdict.Allowed)
        {
            return access;
        }

        if (QueueDelay.IsLate(receivedAt, _now, maximumQueueDelay))
        {
            return Verdict.Late;
        }

        // Last, so that only what would be answered takes a token: whoever does not know the secret cannot use up the proxy's.
        return JudgeRate(sender);
    }

    /// <summary>
    /// Judges who has opened a TCP connection, before anything is read from it. It has no age to look at: its answer goes to whoever
    /// opened it, or to nobody.
    /// </summary>
    /// <param name="sender">The address it came from.</param>
    public Verdict JudgeConnection(IPv4Address sender) => rules.JudgeConnection(sender);

    /// <summary>Takes one query from a sender's rate, if there is one left. To be asked last: only what would be answered takes one.</summary>
    /// <param name="sender">The address it came from.</param>
    public Verdict JudgeRate(IPv4Address sender) =>
        limiter is null || limiter.TryTake(sender, _limiterNow) || rules.IsThisHost(sender) ? Verdict.Allowed : Verdict.TooOften;
}
