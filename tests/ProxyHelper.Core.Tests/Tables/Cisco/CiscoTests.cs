using ProxyHelper.Addresses;
using ProxyHelper.Mappings;
using ProxyHelper.Tables;
using Xunit;

namespace ProxyHelper.Tests.Tables.Cisco;

/// <summary>Listings of Cisco in all forms give the translations that were printed, and never a wrong answer.</summary>
public sealed class CiscoTests
{
    public static TheoryData<bool, bool> Forms => new()
    {
        { false, false }, { false, true }, { true, false }, { true, true },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void Random_translations_are_read_as_they_were_printed(bool isXE, bool isVerbose)
    {
        var form = new CiscoForm(isXE, isVerbose);
        for (int seed = 0; seed < 50; seed++)
        {
            var random = new RandomTranslations(seed);
            PrintedTranslation[] translations = [.. Enumerable.Range(0, 200).Select(_ => random.Next())];

            string text = form.Print(translations);
            List<TableRow> rows = ReadTable.Rows(text);

            Assert.Equal(NatSystem.Cisco, ReadTable.Whole(text).System);
            Assert.Equal(
                translations.Select(translation => Expected(translation, translations, form)),
                Listed(rows).Select(Shown));
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void No_look_up_has_a_wrong_answer(bool isXE, bool isVerbose)
    {
        int found = 0;
        for (int seed = 0; seed < 20; seed++)
        {
            var router = new RandomCiscoRouter(seed, 400);
            NatTable table = ReadTable.Whole(new CiscoForm(isXE, isVerbose).Print(router.Translations));
            foreach ((MappingQuery query, (TransportEndPoint, TransportEndPoint)? truth) in router.Truth(isVerbose))
            {
                (TransportEndPoint?, TransportEndPoint?)? answer = ReadTable.OriginalEnds(table.Find(query));
                Assert.True(answer is null || answer == truth, $"{query}: {answer}, not {truth} (seed {seed})");
                Assert.True(!isVerbose || answer == truth, $"{query}: no answer, not {truth} (seed {seed})");
                found += answer is null ? 0 : 1;
            }
        }

        Assert.True(found > 1000, $"Only {found} look-ups had an answer.");
    }

    private static List<RouterMapping> Listed(List<TableRow> rows)
    {
        Assert.All(rows, row => Assert.Null(row.Fault));
        var join = new EitherWayJoin();
        rows.ForEach(row => join.Add(row.Mapping!));
        return [.. join.Joined().Cast<RouterMapping>()];
    }

    private static string Expected(
        PrintedTranslation translation, PrintedTranslation[] all, CiscoForm form)
    {
        string? domain = form.IsVerbose ? translation.Domain : null;
        bool isOutside = !translation.IsStatic && all.Any(other =>
            other is { OutsideLocal: null, OutsideGlobal: null } && other.Protocol == translation.Protocol
            && other.InsideGlobal == translation.InsideGlobal && other.InsideLocal == translation.InsideLocal
            && (!form.IsVerbose || other.Domain == translation.Domain));
        TransportEndPoint?[] ends = isOutside
            ? [translation.OutsideGlobal, translation.InsideGlobal, translation.OutsideLocal, translation.InsideLocal]
            : [translation.InsideLocal, translation.OutsideLocal, translation.InsideGlobal, translation.OutsideGlobal];
        if (translation.Protocol == IPProtocol.Icmp)
        {
            ends = [ends[0], ends[1]?.WithPort(0), ends[2], ends[3]?.WithPort(0)];
        }

        string direction = translation.IsStatic ? string.Empty : isOutside ? "Outside" : "Inside";
        int? left = form.IsXE && translation is { IsStatic: true, Left: null } ? null : translation.Left;
        string values = !form.IsVerbose ? "  "
            : form.IsXE ? $"{left}  {translation.Id}"
            : $"{translation.Left} {translation.Age} {translation.Id}";
        return $"{translation.Protocol} {string.Join(' ', ends)} {direction} {domain} {values} {translation.IsStatic}";
    }

    private static string Shown(RouterMapping mapping) =>
        $"{mapping.Protocol} {mapping.OriginalSource} {mapping.OriginalDestination} {mapping.TranslatedSource} "
        + $"{mapping.TranslatedDestination} {mapping.Direction} {mapping.RoutingDomain} {mapping.TimeoutSeconds} "
        + $"{mapping.Age?.TotalSeconds} {mapping.Id} {mapping.Part == MappingPart.Static}";
}
