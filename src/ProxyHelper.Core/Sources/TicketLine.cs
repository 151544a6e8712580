using System.Diagnostics.CodeAnalysis;
using ProxyHelper.Addresses;

namespace ProxyHelper.Sources;

/// <summary>
/// Contains the tickets that wait for a resolver. The senders take turns, so that the queries of one sender do not
/// delay those of the others.
/// </summary>
internal sealed class TicketLine
{
    private readonly Dictionary<IPv4Address, Queue<ResolverTicket>> _ofSender = [];
    private readonly Queue<IPv4Address> _turns = [];

    /// <summary>Gets the number of tickets.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a ticket of a sender.</summary>
    public void Add(ResolverTicket ticket, IPv4Address sender)
    {
        if (!_ofSender.TryGetValue(sender, out Queue<ResolverTicket>? tickets))
        {
            _ofSender[sender] = tickets = [];
            _turns.Enqueue(sender);
        }

        tickets.Enqueue(ticket);
        Count++;
    }

    /// <summary>Takes the oldest ticket of the sender whose turn it is.</summary>
    /// <returns>False if no ticket waits.</returns>
    public bool TryTake([NotNullWhen(true)] out ResolverTicket? ticket)
    {
        ticket = null;
        if (!_turns.TryDequeue(out IPv4Address sender))
        {
            return false;
        }

        Queue<ResolverTicket> tickets = _ofSender[sender];
        ticket = tickets.Dequeue();
        Count--;
        if (tickets.Count > 0)
        {
            _turns.Enqueue(sender);
        }
        else
        {
            _ofSender.Remove(sender);
        }

        return true;
    }
}
