using ProxyHelper.Conntrack;
using ProxyHelper.Tables;
using Xunit;

namespace ProxyHelper.Tests.Tables.Conntrack;

/// <summary>Random entries that are printed as the conntrack tool does are read back as they were.</summary>
public sealed class ConntrackDifferentialTests
{
    private const int Tables = 300;
    private const int Rows = 20;

    private delegate string Printer(ConntrackPrinter printer, List<GeneratedConnection> table);

    [Fact]
    public void Lines() => AssertSame((printer, table) => printer.Lines(table), hasCounters: true);

    [Fact]
    public void Options() => AssertSame((printer, table) => printer.Save(table), hasCounters: false);

    [Fact]
    public void Xml() => AssertSame((printer, table) => printer.Xml(table), hasCounters: true);

    private static void AssertSame(Printer print, bool hasCounters)
    {
        for (int round = 0; round < Tables; round++)
        {
            var random = new Random(round);
            List<GeneratedConnection> table =
                [.. Enumerable.Range(0, Rows).Select(_ => GeneratedConnection.Make(random, round % 3 == 0))];
            string text = print(new ConntrackPrinter(random), table);

            List<TableRow> rows = ReadTable.Rows(text);

            Assert.Equal(table.Select(row => Describe(row, hasCounters)), rows.Select(Describe));
            GeneratedLookups.AssertRight(table, text, random);
        }
    }

    private static string Describe(GeneratedConnection row, bool hasCounters) =>
        $"{row.Protocol} {row.OriginalSource} -> {row.OriginalDestination}, "
        + $"translated to {row.TranslatedSource} -> {row.TranslatedDestination} "
        + $"{row.State} {row.Timeout} " + (hasCounters
            ? $"{row.OriginalPackets} {row.OriginalBytes} {row.ReplyPackets} {row.ReplyBytes}"
            : "   ");

    private static string Describe(TableRow row) => row.Mapping is ConntrackEntry entry
        ? $"{entry} {StateOf(entry)} {entry.Timeout} {entry.OriginalPackets} {entry.OriginalBytes} "
            + $"{entry.ReplyPackets} {entry.ReplyBytes}"
        : ReadTable.Describe(row);

    private static string? StateOf(ConntrackEntry entry) => entry.State switch
    {
        null => null,
        ConnectionState.TimeWait => "time-wait",
        ConnectionState.Established => "established",
        _ => "?",
    };
}
