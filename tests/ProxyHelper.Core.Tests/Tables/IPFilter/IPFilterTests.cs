using ProxyHelper.Addresses;
using ProxyHelper.Mappings;
using ProxyHelper.Tables;
using Xunit;

namespace ProxyHelper.Tests.Tables.IPFilter;

/// <summary>Listings of ipnat in all forms give the sessions that were printed, and never a wrong answer.</summary>
public sealed class IPFilterTests
{
    public static TheoryData<bool, bool> Forms => new()
    {
        { false, false }, { false, true }, { true, false }, { true, true },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void Random_sessions_are_read_as_they_were_printed(bool isVersion5, bool isVerbose)
    {
        var form = new IPFilterForm(isVersion5, isVerbose);
        for (int seed = 0; seed < 50; seed++)
        {
            var random = new RandomSessions(seed);
            PrintedSession[] sessions = [.. Enumerable.Range(0, 200).Select(_ => random.Next(form))];

            string text = form.Print(sessions);
            List<TableRow> rows = ReadTable.Rows(text);

            Assert.Equal(NatSystem.IPFilter, ReadTable.Whole(text).System);
            Assert.Equal(sessions.Select(session => Expected(session, form)), rows.Select(Shown));
        }
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void No_look_up_has_a_wrong_answer(bool isVersion5, bool isVerbose)
    {
        int found = 0;
        for (int seed = 0; seed < 20; seed++)
        {
            var router = new RandomIPFilterRouter(seed, 300);
            IEnumerable<PrintedSession> sessions =
                router.Sessions.Where(session => isVersion5 || !session.IsRewrite);
            NatTable table = ReadTable.Whole(new IPFilterForm(isVersion5, isVerbose).Print(sessions));
            foreach ((MappingQuery query, (TransportEndPoint, TransportEndPoint)? truth) in router.Truth)
            {
                (TransportEndPoint?, TransportEndPoint?)? answer = ReadTable.OriginalEnds(table.Find(query));
                Assert.True(answer is null || answer == truth, $"{query}: {answer}, not {truth} (seed {seed})");
                Assert.True(!isVersion5 || answer == truth, $"{query}: no answer, not {truth} (seed {seed})");
                found += answer is null ? 0 : 1;
            }
        }

        Assert.True(found > 1000, $"Only {found} look-ups had an answer.");
    }

    private static string Expected(PrintedSession session, IPFilterForm form)
    {
        int opener = session.IsIncoming ? 0 : 1;
        string values = form.IsVerbose
            ? $"{session.Ticks / 2} {session.Packets[opener]} {session.Bytes[opener]} "
                + $"{session.Packets[1 - opener]} {session.Bytes[1 - opener]}"
            : "    ";
        return $"{session.Type} {(form.HasProtocol ? session.Protocol : null)} {session.OriginalSource} "
            + $"{session.OriginalDestination} {session.TranslatedSource} {session.TranslatedDestination} {values} "
            + $"{session.Marks.Length > 0}";
    }

    private static string Shown(TableRow row) => row.Mapping is RouterMapping mapping
        ? $"{mapping.Details["type"]} {mapping.Protocol} {mapping.OriginalSource} {mapping.OriginalDestination} "
            + $"{mapping.TranslatedSource} {mapping.TranslatedDestination} {mapping.TimeoutSeconds} "
            + $"{mapping.OriginalPackets} {mapping.OriginalBytes} {mapping.ReplyPackets} {mapping.ReplyBytes} "
            + $"{mapping.Details.ContainsKey("orphan")}"
        : $"{row.FirstLine}: {row.Fault!.Reason}";
}
