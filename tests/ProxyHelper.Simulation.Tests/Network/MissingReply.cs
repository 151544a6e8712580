using ProxyHelper.Simulation.Kernel;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Simulation.Network;

/// <summary>Knows the reasons for which a datagram of a batch may stay without a reply.</summary>
internal sealed class MissingReply(World world, ScriptedKernel kernel)
{
    // The outcomes that are counted before a reply is sent.
    private static readonly Outcome[] _counted = [Outcome.Found, Outcome.NotFound, Outcome.FailedLookup];

    /// <summary>
    /// Returns whether nobody can know if the sender counts as this host: the list of its addresses was lost.
    /// </summary>
    public bool IsUncertain(Datagram datagram) => kernel.HasLostAddresses && datagram.Refusal != Outcome.Malformed
        && datagram.Refusal != Outcome.Broadcast && datagram.Sender.Address is Places.Router or Places.SecondRouter;

    /// <summary>Returns the reasons; an empty list is a broken promise.</summary>
    /// <param name="datagram">The datagram.</param>
    /// <param name="rules">The rules of its batch.</param>
    /// <param name="isAlone">Whether its sender has no other datagram in the batch.</param>
    public List<Outcome> ReasonsOf(Datagram datagram, SimulatedRules rules, bool isAlone)
    {
        bool isCounted = datagram.IsReplyRefused || datagram.IsReplyDelayed;
        if (datagram.Refusal is { } refusal && !IsUncertain(datagram))
        {
            return [refusal];
        }

        if (isCounted && isAlone)
        {
            return [.. _counted];
        }

        var reasons = new List<Outcome>();
        if (IsUncertain(datagram))
        {
            reasons.AddRange([Outcome.NotItsOwn, Outcome.NotAllowed, Outcome.WrongSecret]);
        }

        if (world.Now - datagram.ArrivedAt > rules.MaxAge || datagram.IsAgeUncertain)
        {
            reasons.Add(Outcome.Late);
        }

        if (rules.Rate is > 0 and < 100)
        {
            reasons.Add(Outcome.TooOften);
        }

        if (isCounted)
        {
            reasons.AddRange(_counted);
        }

        return reasons;
    }
}
