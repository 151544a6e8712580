using System.Management.Automation;
using System.Runtime.CompilerServices;
using ProxyHelper.Addresses;
using ProxyHelper.Client;
using ProxyHelper.Conntrack;
using ProxyHelper.Diagnosis;
using ProxyHelper.Mappings;
using ProxyHelper.Protocol;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Makes the objects that the cmdlets return from the property bags that the engine makes of them when it serializes
/// them. A job of a helper has no other form, because it is the helper itself.
/// </summary>
internal static class RemoteObjects
{
    private const string Prefix = "Deserialized.";

    private static readonly Dictionary<Type, Func<RemoteProperties, object>> _readers = new()
    {
        [typeof(TransportEndPoint)] = given => ReadEndPoint(given),
        [typeof(ConntrackEntry)] = given => new ConntrackEntry(ReadEntry(given)),
        [typeof(ConntrackChange)] = ReadChange,
        [typeof(RouterMapping)] = ReadRow,
        [typeof(ConntrackGroup)] = given => new ConntrackGroup(
            given.Text(nameof(ConntrackGroup.Name)) ?? string.Empty,
            given.Number<long>(nameof(ConntrackGroup.Count))),
        [typeof(ConntrackSummary)] = ReadSummary,
        [typeof(HelperAnswer)] = ReadAnswer,
        [typeof(Finding)] = ReadFinding,
    };

    private static readonly Dictionary<string, Type> _types =
        _readers.Keys.ToDictionary(type => Prefix + type.FullName, StringComparer.Ordinal);

    private static readonly ConditionalWeakTable<PSObject, object> _made = [];

    /// <summary>Returns the type that an object had before it was serialized, or null.</summary>
    public static Type? TypeOf(PSObject given) =>
        given.TypeNames is [var name, ..] && _types.TryGetValue(name, out Type? type) ? type : null;

    /// <summary>Returns the object that was serialized.</summary>
    /// <exception cref="PSInvalidCastException">Thrown when a property is missing or cannot be read.</exception>
    public static object Read(PSObject given, Type type) => _readers[type](new RemoteProperties(given));

    /// <summary>
    /// Returns the object that was serialized, or null if a property is missing or cannot be read. A property bag
    /// does not change, so its object is made once.
    /// </summary>
    public static object? Find(PSObject given)
    {
        if (_made.TryGetValue(given, out object? made) || TypeOf(given) is not { } type)
        {
            return made;
        }

        try
        {
            made = Read(given, type);
            _made.AddOrUpdate(given, made);
            return made;
        }
        catch (PSInvalidCastException)
        {
            return null;
        }
    }

    private static TransportEndPoint ReadEndPoint(RemoteProperties given)
    {
        string address = given.Text(nameof(TransportEndPoint.Address)) ?? string.Empty;
        return AddressText.TryRead(address, out System.Net.IPAddress? parsed)
            ? new TransportEndPoint(parsed, given.Number<ushort>(nameof(TransportEndPoint.Port)))
            : throw RemoteProperties.Unreadable(nameof(TransportEndPoint.Address), address);
    }

    private static ConntrackEntryValues ReadEntry(RemoteProperties given)
    {
        IPProtocol protocol = given.Named<IPProtocol>(nameof(ConntrackEntry.Protocol));
        return new ConntrackEntryValues
        {
            Original = new ConntrackTuple(
                protocol,
                given.EndPoint(nameof(ConntrackEntry.OriginalSource)),
                given.EndPoint(nameof(ConntrackEntry.OriginalDestination))),
            Reply = new ConntrackTuple(
                protocol,
                given.EndPoint(nameof(ConntrackEntry.TranslatedSource)),
                given.EndPoint(nameof(ConntrackEntry.TranslatedDestination))).Reversed,
            State = given.OptionalNamed<ConnectionState>(nameof(ConntrackEntry.State)),
            Timeout = given.OptionalNumber<TimeSpan>(nameof(ConntrackEntry.Timeout)),
            Status = given.Named<ConntrackStatus>(nameof(ConntrackEntry.Status)),
            Mark = given.OptionalNumber<uint>(nameof(ConntrackEntry.Mark)),
            OriginalZone = given.Number<ushort>(nameof(ConntrackEntry.OriginalZone)),
            ReplyZone = given.Number<ushort>(nameof(ConntrackEntry.ReplyZone)),
            Id = given.OptionalNumber<uint>(nameof(ConntrackEntry.Id)),
            OriginalCounters = new DirectionCounters(
                given.OptionalNumber<ulong>(nameof(ConntrackEntry.OriginalPackets)),
                given.OptionalNumber<ulong>(nameof(ConntrackEntry.OriginalBytes))),
            ReplyCounters = new DirectionCounters(
                given.OptionalNumber<ulong>(nameof(ConntrackEntry.ReplyPackets)),
                given.OptionalNumber<ulong>(nameof(ConntrackEntry.ReplyBytes))),
            StartedAt = given.OptionalTime(nameof(ConntrackEntry.StartedAt)),
        };
    }

    private static RouterMapping ReadRow(RemoteProperties given) =>
        new RouterMapping(given.Named<NatSystem>(nameof(RouterMapping.System)))
        {
            Protocol = given.OptionalNamed<IPProtocol>(nameof(RouterMapping.Protocol)),
            OriginalSource = given.OptionalEndPoint(nameof(RouterMapping.OriginalSource)),
            OriginalDestination = given.OptionalEndPoint(nameof(RouterMapping.OriginalDestination)),
            TranslatedSource = given.OptionalEndPoint(nameof(RouterMapping.TranslatedSource)),
            TranslatedDestination = given.OptionalEndPoint(nameof(RouterMapping.TranslatedDestination)),
            State = given.Text(nameof(RouterMapping.State)),
            TimeLeft = given.OptionalNumber<TimeSpan>(nameof(RouterMapping.Timeout)),
            Age = given.OptionalNumber<TimeSpan>(nameof(RouterMapping.Age)),
            Counters = new MappingCounters(
                given.OptionalNumber<ulong>(nameof(RouterMapping.OriginalPackets)),
                given.OptionalNumber<ulong>(nameof(RouterMapping.OriginalBytes)),
                given.OptionalNumber<ulong>(nameof(RouterMapping.ReplyPackets)),
                given.OptionalNumber<ulong>(nameof(RouterMapping.ReplyBytes))),
            Part = given.Named<MappingPart>(nameof(RouterMapping.Part)),
            Direction = given.OptionalNamed<MappingDirection>(nameof(RouterMapping.Direction)),
            RoutingDomain = given.Text(nameof(RouterMapping.RoutingDomain)),
            Id = given.Text(nameof(RouterMapping.Id)),
            Details = given.NamedTexts(nameof(RouterMapping.Details)),
        };

    private static ConntrackChange ReadChange(RemoteProperties given) => new ConntrackChange(
        given.Named<ConntrackChangeKind>(nameof(ConntrackChange.Change)),
        given.OptionalTime(nameof(ConntrackChange.At)) ?? default,
        new ConntrackEntry(ReadEntry(given)));

    private static ConntrackSummary ReadSummary(RemoteProperties given) => new ConntrackSummary(
        new ConntrackStatistics(
            given.Number<uint>(nameof(ConntrackSummary.Entries)),
            given.OptionalNumber<uint>(nameof(ConntrackSummary.Maximum))),
        new ConntrackCounters
        {
            Found = given.Number<long>(nameof(ConntrackSummary.Found)),
            Invalid = given.Number<long>(nameof(ConntrackSummary.Invalid)),
            Insert = given.Number<long>(nameof(ConntrackSummary.Insert)),
            InsertFailed = given.Number<long>(nameof(ConntrackSummary.InsertFailed)),
            Drop = given.Number<long>(nameof(ConntrackSummary.Drop)),
            EarlyDrop = given.Number<long>(nameof(ConntrackSummary.EarlyDrop)),
            Error = given.Number<long>(nameof(ConntrackSummary.Error)),
            SearchRestart = given.Number<long>(nameof(ConntrackSummary.SearchRestart)),
            ClashResolve = given.Number<long>(nameof(ConntrackSummary.ClashResolve)),
            ChainTooLong = given.Number<long>(nameof(ConntrackSummary.ChainTooLong)),
        })
    {
        Mappings = given.OptionalNumber<long>(nameof(ConntrackSummary.Mappings)),
        ByProtocol = Groups(given, nameof(ConntrackSummary.ByProtocol)),
        ByState = Groups(given, nameof(ConntrackSummary.ByState)),
        ByNatType = Groups(given, nameof(ConntrackSummary.ByNatType)),
    };

    private static ConntrackGroups? Groups(RemoteProperties given, string name) =>
        given.Texts(name) is { } texts ? new ConntrackGroups([.. texts.Select(text => Group(name, text))]) : null;

    private static ConntrackGroup Group(string name, string text)
    {
        int blank = text.LastIndexOf(' ');
        return blank > 0 && NumberText.TryRead(text.AsSpan(blank + 1), out long count)
            ? new ConntrackGroup(text[..blank], count)
            : throw RemoteProperties.Unreadable(name, text);
    }

    private static HelperAnswer ReadAnswer(RemoteProperties given) => new HelperAnswer
    {
        Source = given.EndPoint(nameof(HelperAnswer.Source)),
        Destination = given.EndPoint(nameof(HelperAnswer.Destination)),
        Outcome = given.Named<HelperOutcome>(nameof(HelperAnswer.Outcome)),
        OriginalSource = given.OptionalEndPoint(nameof(HelperAnswer.OriginalSource)),
        OriginalDestination = given.OptionalEndPoint(nameof(HelperAnswer.OriginalDestination)),
        Ident = given.Text(nameof(HelperAnswer.Ident)),
        RoundTripTime = given.OptionalNumber<TimeSpan>(nameof(HelperAnswer.RoundTripTime)),
        Sends = given.Number<int>(nameof(HelperAnswer.Sends)),
        Helper = given.OptionalSocketAddress(nameof(HelperAnswer.Helper))
            ?? throw RemoteProperties.Unreadable(nameof(HelperAnswer.Helper), "no value"),
        AskedFrom = given.OptionalSocketAddress(nameof(HelperAnswer.AskedFrom)),
        IgnoredReplies = (given.Texts(nameof(HelperAnswer.IgnoredReplies)) ?? []).Select(Ignored).ToList(),
        AgreesWithMapping = given.OptionalNumber<bool>(nameof(HelperAnswer.AgreesWithMapping)),
        Hint = given.Text(nameof(HelperAnswer.Hint)),
    };

    private static IgnoredReply Ignored(string text)
    {
        int colon = text.LastIndexOf(": ", StringComparison.Ordinal);
        return colon > 0
            && System.Net.IPEndPoint.TryParse(text.AsSpan(0, colon), out System.Net.IPEndPoint? sender)
            && Enum.TryParse(text.AsSpan(colon + 2), out ReplyFault reason)
                ? new IgnoredReply(sender, reason)
                : throw RemoteProperties.Unreadable(nameof(HelperAnswer.IgnoredReplies), text);
    }

    private static Finding ReadFinding(RemoteProperties given) => new Finding(
        given.Text(nameof(Finding.Check)) ?? string.Empty,
        given.Named<Severity>(nameof(Finding.Severity)),
        given.Text(nameof(Finding.Reason)) ?? string.Empty,
        given.Text(nameof(Finding.Action)) ?? string.Empty);
}
