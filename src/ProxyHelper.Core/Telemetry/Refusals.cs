using ProxyHelper.Addresses;

namespace ProxyHelper.Telemetry;

/// <summary>Counts and tells what is not answered as it would like to be.</summary>
internal sealed class Refusals(ResponderCounters counters, ResponderJournal journal)
{
    /// <summary>Takes note of one.</summary>
    /// <param name="verdict">Why.</param>
    /// <param name="sender">The address it came from.</param>
    public void Add(Verdict verdict, IPv4Address sender)
    {
        counters.Add(verdict switch
        {
            Verdict.NotAllowed => Counter.NotAllowed,
            Verdict.NotItsOwn => Counter.NotItsOwn,
            Verdict.WrongSecret => Counter.WrongSecret,
            Verdict.Late => Counter.Late,
            Verdict.TooOften => Counter.TooOften,
            Verdict.TooMany => Counter.ConnectionDrops,
            Verdict.TooSlow => Counter.ConnectionTimeouts,
            _ => Counter.Malformed,
        });
        journal.NoteRefused(verdict, sender);
    }
}
