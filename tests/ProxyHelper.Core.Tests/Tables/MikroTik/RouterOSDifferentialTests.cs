using ProxyHelper.Mappings;
using ProxyHelper.Tables;
using Xunit;

namespace ProxyHelper.Tests.Tables.MikroTik;

/// <summary>Random tables that are printed as RouterOS does are read back as they were.</summary>
public sealed class RouterOSDifferentialTests
{
    private const int Tables = 200;
    private const int Rows = 30;

    private delegate string Printer(RouterOSPrinter printer, List<GeneratedConnection> table, int round);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Detail_in_lines_of_any_width(bool isOldForm) =>
        AssertSame((printer, table, round) => printer.Detail(table, isOldForm, 70 + (round % 200)));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Detail_in_one_line(bool isOldForm) =>
        AssertSame((printer, table, _) => printer.Detail(table, isOldForm, width: null));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Terse(bool isOldForm) => AssertSame((printer, table, _) => printer.Terse(table, isOldForm));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Json(bool isOldForm) =>
        AssertSame((printer, table, round) => printer.Json(table, isOldForm, round % 2 == 0));

    private static void AssertSame(Printer print)
    {
        for (int round = 0; round < Tables; round++)
        {
            var random = new Random(round);
            List<GeneratedConnection> table =
                [.. Enumerable.Range(0, Rows).Select(_ => GeneratedConnection.Make(random, round % 3 == 0))];
            string text = print(new RouterOSPrinter(random), table, round);

            List<TableRow> rows = ReadTable.Rows(text);

            Assert.Equal(table.Select(Describe), rows.Select(Describe));
            GeneratedLookups.AssertRight(table, text, random);
        }
    }

    private static string Describe(GeneratedConnection row) =>
        $"{row.Protocol} {row.OriginalSource} -> {row.OriginalDestination}, "
        + $"translated to {row.TranslatedSource} -> {row.TranslatedDestination} "
        + $"{row.State} {row.Timeout} {row.OriginalPackets} {row.OriginalBytes} {row.ReplyPackets} {row.ReplyBytes}";

    private static string Describe(TableRow row) => row.Mapping is RouterMapping mapping
        ? $"{mapping} {mapping.State} {mapping.Timeout} {mapping.OriginalPackets} {mapping.OriginalBytes} "
            + $"{mapping.ReplyPackets} {mapping.ReplyBytes}"
        : $"{row.FirstLine}: {row.Fault!.Reason}: {row.Fault.Text}";
}
