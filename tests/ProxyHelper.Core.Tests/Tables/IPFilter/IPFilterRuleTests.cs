using ProxyHelper.Addresses;
using ProxyHelper.Mappings;
using ProxyHelper.Tables;
using Xunit;
using Ends = (ProxyHelper.Addresses.TransportEndPoint Source, ProxyHelper.Addresses.TransportEndPoint Destination);

namespace ProxyHelper.Tests.Tables.IPFilter;

/// <summary>
/// Look-ups in tables without sense, whose few ends collide all the time, follow the rule of IPFilter. The rule is
/// written a second time here, without an index.
/// </summary>
public sealed class IPFilterRuleTests
{
    private static readonly string[] _types = ["MAP", "MAP", "RDR", "RDR", "BIMAP", "RWR-MAP", "RWR-RDR"];
    private static readonly TransportEndPoint[] _ends =
    [
        .. from host in Enumerable.Range(1, 3)
        from port in Enumerable.Range(1, 2)
        select TransportEndPoint.Parse($"10.0.0.{host}:{port}"),
    ];

    [Fact]
    public void Every_look_up_follows_the_rule()
    {
        int found = 0;
        for (int seed = 0; seed < 3000; seed++)
        {
            var random = new Random(seed);
            PrintedSession[] sessions = [.. Enumerable.Range(0, random.Next(1, 9)).Select(_ => Next(random))];
            NatTable table = ReadTable.Whole(new IPFilterForm(true, seed % 2 == 0).Print(sessions));
            List<Seen> seen = [.. sessions.SelectMany(Seen.Of).Distinct()];
            foreach (Ends query in from source in _ends from destination in _ends select (source, destination))
            {
                Ends? expected = Find(seen, query);
                (TransportEndPoint?, TransportEndPoint?)? answer = ReadTable.OriginalEnds(
                    table.Find(new MappingQuery(IPProtocol.Tcp, query.Source, query.Destination)));
                Assert.True(answer == expected, $"seed {seed}, {query}: {answer}, not {expected}");
                found += expected is null ? 0 : 1;
            }
        }

        Assert.True(found > 3000, $"Only {found} look-ups have an answer.");
    }

    private static Ends? Find(List<Seen> seen, Ends query)
    {
        Seen[] fits = [.. seen.Where(session => session.Translated == query)];
        if (fits.Length != 1)
        {
            return null;
        }

        Seen last = fits[0];
        Seen[] first = last.IsIncoming ? [last] : [.. Incoming(seen, last.Original)];
        bool isBetween = last.IsIncoming && seen.Exists(other => !other.IsIncoming && other.Original == query);
        bool isRedirected = first.Length == 0
            && seen.Exists(other => other is { IsIncoming: true, IsReversed: false }
                && other.Translated.Destination == query.Destination);
        if (first.Length > 1 || isBetween || isRedirected)
        {
            return null;
        }

        Seen opener = first.Length == 0 ? last : first[0];
        bool wasTranslated = seen.Exists(other =>
            !other.IsIncoming && other != last && other.Translated == opener.Original);
        return wasTranslated || opener.IsOrphan || last.IsOrphan ? null : opener.Original;
    }

    private static IEnumerable<Seen> Incoming(List<Seen> seen, Ends translated) =>
        seen.Where(session => session.IsIncoming && session.Translated == translated);

    private static PrintedSession Next(Random random)
    {
        string type = _types[random.Next(_types.Length)];
        TransportEndPoint End() => _ends[random.Next(_ends.Length)];
        TransportEndPoint source = End();
        TransportEndPoint destination = End();
        return new PrintedSession
        {
            Type = type,
            Marks = random.Next(10) == 0 ? " ORPHAN" : string.Empty,
            Protocol = IPProtocol.Tcp,
            ProtocolName = "tcp",
            OriginalSource = source,
            OriginalDestination = destination,
            TranslatedSource = type == "RDR" ? source : End(),
            TranslatedDestination = type is "MAP" or "BIMAP" ? destination : End(),
        };
    }

    /// <summary>Represents a session as the translation of connections in one direction.</summary>
    private sealed record Seen(Ends Original, Ends Translated, bool IsIncoming, bool IsOrphan)
    {
        /// <summary>Gets whether the session is one of a rule for both directions, seen from its other side.</summary>
        public bool IsReversed { get; private init; }

        public static IEnumerable<Seen> Of(PrintedSession session)
        {
            bool isOrphan = session.Marks.Length > 0;
            var seen = new Seen(
                (session.OriginalSource, session.OriginalDestination),
                (session.TranslatedSource, session.TranslatedDestination),
                session.IsIncoming,
                isOrphan);
            var reversed = new Seen(
                (session.TranslatedDestination, session.TranslatedSource),
                (session.OriginalDestination, session.OriginalSource),
                IsIncoming: true,
                isOrphan) { IsReversed = true };
            return session.Type == "BIMAP" ? [seen, reversed] : [seen];
        }
    }
}
