using ProxyHelper.Addresses;
using ProxyHelper.Mappings;

namespace ProxyHelper.Tests.Tables.Cisco;

/// <summary>
/// Makes the translations of a router with random connections, and what is true about each connection. Few hosts share
/// few ports, so that most ends differ in one value only.
/// </summary>
internal sealed class RandomCiscoRouter
{
    private static readonly string?[] _domains = [null, "red", "green"];

    private readonly Random _random;
    private readonly List<PrintedTranslation> _translations = [];
    private readonly Dictionary<MappingQuery, HashSet<(string?, TransportEndPoint, TransportEndPoint)>> _answers = [];
    private readonly HashSet<MappingQuery> _doubtful = [];

    /// <summary>Makes the connections.</summary>
    public RandomCiscoRouter(int seed, int connections)
    {
        _random = new Random(seed);
        AddServices();
        for (int number = 0; number < connections; number++)
        {
            AddConnection();
        }

        Translations = [.. _translations];
        _random.Shuffle(Translations);
    }

    /// <summary>Gets the translations, in any order.</summary>
    public PrintedTranslation[] Translations { get; }

    /// <summary>
    /// Returns what each end of each connection sees, with the right original ends. They are null if the table has
    /// several, or if a static translation contradicts them.
    /// </summary>
    /// <param name="showsDomains">Whether the table shows that hosts with the same address are in several VRFs.</param>
    public IEnumerable<(MappingQuery Query, (TransportEndPoint Source, TransportEndPoint Destination)? Ends)> Truth(
        bool showsDomains) => _answers.Select(answer => (answer.Key, Ends(answer.Key, answer.Value, showsDomains)));

    private static TransportEndPoint Global(int number) => End("203.0.113.9", 80 + number);

    private static TransportEndPoint Local(int number) => End("192.168.1.1", 80 + number);

    private (TransportEndPoint Source, TransportEndPoint Destination)? Ends(
        MappingQuery query,
        HashSet<(string? Domain, TransportEndPoint Source, TransportEndPoint Destination)> answers,
        bool showsDomains)
    {
        (string?, TransportEndPoint Source, TransportEndPoint Destination)[] different =
        [
            .. answers.Select(answer => (showsDomains ? answer.Domain : null, answer.Source, answer.Destination))
                .Distinct(),
        ];
        return different.Length == 1 && !_doubtful.Contains(query)
            ? (different[0].Source, different[0].Destination)
            : null;
    }

    private void AddServices()
    {
        foreach (string? domain in _domains)
        {
            for (int number = 0; number < 3; number++)
            {
                _translations.Add(Translation(Global(number), Local(number), null, null) with { Domain = domain });
            }
        }
    }

    private void AddConnection()
    {
        string? domain = _domains[_random.Next(_domains.Length)];
        if (_random.Next(3) == 0)
        {
            int number = _random.Next(3);
            TransportEndPoint client = End($"198.51.100.{_random.Next(1, 9)}", _random.Next(40000, 40040));
            Add(domain, Global(number), Local(number), client, client, isService: true);
            return;
        }

        TransportEndPoint user = End($"10.1.1.{_random.Next(1, 9)}", _random.Next(40000, 40040));
        TransportEndPoint global = End("203.0.113.9", _random.Next(20000, 23000));
        TransportEndPoint server = End($"192.0.2.{_random.Next(1, 4)}", 25);
        TransportEndPoint proxy = _random.Next(2) == 0 ? End("198.51.100.9", 9199) : server;
        Add(domain, global, user, server, proxy, isService: false);
    }

    private void Add(
        string? domain,
        TransportEndPoint insideGlobal,
        TransportEndPoint insideLocal,
        TransportEndPoint outsideLocal,
        TransportEndPoint outsideGlobal,
        bool isService)
    {
        _translations.Add(Translation(insideGlobal, insideLocal, outsideLocal, outsideGlobal) with { Domain = domain });
        var fromInside = new MappingQuery(IPProtocol.Tcp, insideGlobal, outsideGlobal);
        var fromOutside = new MappingQuery(IPProtocol.Tcp, outsideLocal, insideLocal);
        AnswersTo(fromInside).Add((domain, insideLocal, outsideLocal));
        AnswersTo(fromOutside).Add((domain, outsideGlobal, insideGlobal));
        if (isService)
        {
            _doubtful.Add(fromInside);
        }
    }

    private HashSet<(string?, TransportEndPoint, TransportEndPoint)> AnswersTo(MappingQuery query)
    {
        _answers.TryAdd(query, []);
        return _answers[query];
    }

    private PrintedTranslation Translation(
        TransportEndPoint insideGlobal,
        TransportEndPoint insideLocal,
        TransportEndPoint? outsideLocal,
        TransportEndPoint? outsideGlobal) => new()
        {
            Name = "tcp",
            Protocol = IPProtocol.Tcp,
            InsideGlobal = insideGlobal,
            InsideLocal = insideLocal,
            OutsideLocal = outsideLocal,
            OutsideGlobal = outsideGlobal,
            Id = _translations.Count,
            Left = 60,
        };

    private static TransportEndPoint End(string address, int port) => TransportEndPoint.Parse($"{address}:{port}");
}
