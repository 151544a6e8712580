using System.Buffers.Binary;
using ProxyHelper.Addresses;
using ProxyHelper.Protocol;
using ProxyHelper.Server;
using ProxyHelper.Simulation.Kernel;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Simulation.Network;

/// <summary>
/// Represents the rules of a helper, and decides by docs/reference/protocol.md what they mean, without the code of the
/// helper.
/// </summary>
internal sealed record SimulatedRules(uint Secret, uint[] Allowed, uint[] Trusted, IdentFormat Ident, int Rate)
{
    /// <summary>Gets the largest age of a query that is answered.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Gets the time for which queries may wait after an address has appeared.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Gets the age at which a query that waits must be answered.</summary>
    public TimeSpan LongestWait => MaxAge - TimeSpan.FromMilliseconds(Math.Max(20, MaxAge.TotalMilliseconds / 5));

    /// <summary>Gets whether queries are logged.</summary>
    public bool LogQueries { get; init; }

    /// <summary>Returns random rules.</summary>
    public static SimulatedRules Choose(Chance chance) => new(
        Secret: chance.Of(0u, 0u, 7u),
        Allowed: chance.Of<uint[]>([], [Places.Proxy], [Places.Proxy, Places.OtherProxy, Places.Stranger]),
        Trusted: chance.Of<uint[]>([], [Places.Trusted]),
        chance.Of(IdentFormat.Address, IdentFormat.Endpoint, IdentFormat.None),
        Rate: chance.Of(0, 10_000, 10_000, 5))
    {
        MaxAge = TimeSpan.FromMilliseconds(chance.Of(1000, 1000, 300, 5000)),
        Grace = TimeSpan.FromMilliseconds(chance.Of(0, 3000, 3000, 500)),
        LogQueries = chance.OnceIn(8),
    };

    /// <summary>Returns the settings of the helper.</summary>
    public AnswerRules ToAnswerRules() => new()
    {
        Secret = Secret,
        AllowedProxies = Patterns(Allowed),
        TrustedClients = Patterns(Trusted),
        IdentFormat = Ident,
        MaxQueriesPerSecond = Rate,
        MaxQueueDelay = MaxAge,
        FailoverGrace = Grace,
        LogQueries = LogQueries,
    };

    /// <summary>Returns whether a sender may ask about every connection.</summary>
    public bool IsTrusted(uint sender) => Places.Local.Contains(sender) || Trusted.Contains(sender);

    /// <summary>Returns whether a sender may ask.</summary>
    public bool MayAsk(uint sender) => Allowed.Length == 0 || Allowed.Contains(sender) || IsTrusted(sender);

    /// <summary>Returns whether a sender may learn about an entry.</summary>
    public bool MayLearn(uint sender, TableEntry entry) => entry.IsTranslated || IsTrusted(sender);

    /// <summary>Returns the reason to refuse a datagram, or null.</summary>
    public Outcome? FindRefusal(Datagram datagram)
    {
        if (datagram.HeaderDestination != datagram.LocalAddress)
        {
            return Outcome.Broadcast;
        }

        byte[] bytes = datagram.Bytes;
        if (bytes.Length != 66 || !bytes.AsSpan(0, 4).SequenceEqual("RPHD"u8)
            || !bytes.AsSpan(12, 4).SequenceEqual((ReadOnlySpan<byte>)[4, 2, 0, 1]))
        {
            return Outcome.Malformed;
        }

        uint sender = datagram.Sender.Address;
        if (!IsTrusted(sender) && datagram.Question.Destination.Address != sender)
        {
            return MayAsk(sender) ? Outcome.NotItsOwn : Outcome.NotAllowed;
        }

        return !MayAsk(sender) ? Outcome.NotAllowed
            : BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(8)) != Secret ? Outcome.WrongSecret
            : null;
    }

    /// <summary>Returns the reply to a query: the 66 bytes of "found", or of "not found" without an entry.</summary>
    public byte[] ReplyTo(byte[] query, TableEntry? entry)
    {
        byte[] reply = [.. query];
        reply.AsSpan(8, 4).Clear(); // the secret never leaves
        reply[15] = entry is null ? (byte)0x22 : (byte)0x12;
        if (entry is not null)
        {
            BinaryPrimitives.WriteUInt32BigEndian(reply.AsSpan(16), entry.Source.Address);
            BinaryPrimitives.WriteUInt32BigEndian(reply.AsSpan(20), entry.Destination.Address);
            BinaryPrimitives.WriteUInt16BigEndian(reply.AsSpan(24), entry.Source.Port);
            BinaryPrimitives.WriteUInt16BigEndian(reply.AsSpan(26), entry.Destination.Port);
            System.Text.Encoding.ASCII.GetBytes(NameOf(entry)).CopyTo(reply, 28);
        }

        return reply;
    }

    /// <summary>Returns the name of the user in a reply over UDP.</summary>
    public string NameOf(TableEntry entry)
    {
        string address = new System.Net.IPAddress(BinaryPrimitives.ReverseEndianness(entry.Source.Address)).ToString();
        return Ident switch
        {
            IdentFormat.Address => address,
            IdentFormat.Endpoint => $"{address}:{entry.Source.Port}",
            _ => string.Empty,
        };
    }

    private static EndPointPattern[] Patterns(uint[] addresses) =>
        [.. addresses.Select(address => EndPointPattern.ParseAddresses(new IPv4Address(address).ToString()))];
}
