using ProxyHelper.Mappings;
using ProxyHelper.Tables;
using Xunit;

namespace ProxyHelper.Tests.Tables.Junos;

/// <summary>Random sessions that are printed as Junos does are read back as they were.</summary>
public sealed class JunosDifferentialTests
{
    private const int Tables = 300;
    private const int Rows = 20;

    private delegate string Printer(JunosPrinter printer, List<GeneratedConnection> table);

    [Fact]
    public void Brief_text() => AssertSame((printer, table) => printer.Brief(table));

    [Fact]
    public void Extensive_text() => AssertSame((printer, table) => printer.Extensive(table));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Xml(bool isOneLine) => AssertSame((printer, table) => printer.Xml(table, isOneLine));

    private static void AssertSame(Printer print)
    {
        for (int round = 0; round < Tables; round++)
        {
            var random = new Random(round);
            List<GeneratedConnection> table =
            [
                .. Enumerable.Range(0, Rows).Select(
                    _ => GeneratedConnection.Make(random, round % 3 == 0) with { State = "Valid" }),
            ];
            var printer = new JunosPrinter(random);
            string text = print(printer, table);

            List<TableRow> rows = ReadTable.Rows(text);

            Assert.Equal(table.Zip(printer.Lines, Describe), rows.Select(Describe));
            GeneratedLookups.AssertRight(table, text, random);
        }
    }

    private static string Describe(GeneratedConnection row, (int First, int Last) lines) =>
        $"{lines.First}-{lines.Last}: {row.Protocol} {row.OriginalSource} -> {row.OriginalDestination}, "
        + $"translated to {row.TranslatedSource} -> {row.TranslatedDestination} "
        + $"{row.State} {row.Timeout} {row.OriginalPackets} {row.OriginalBytes} {row.ReplyPackets} {row.ReplyBytes}";

    private static string Describe(TableRow row) => row.Mapping is RouterMapping mapping
        ? $"{ReadTable.Describe(row)} {mapping.State} {mapping.Timeout} {mapping.OriginalPackets} "
            + $"{mapping.OriginalBytes} {mapping.ReplyPackets} {mapping.ReplyBytes}"
        : ReadTable.Describe(row);
}
