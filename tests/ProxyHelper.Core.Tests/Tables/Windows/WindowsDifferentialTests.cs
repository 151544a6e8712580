using ProxyHelper.Mappings;
using ProxyHelper.Tables;
using Xunit;

namespace ProxyHelper.Tests.Tables.Windows;

/// <summary>Random sessions that are printed as PowerShell does are read back as they were.</summary>
public sealed class WindowsDifferentialTests
{
    private const int Tables = 200;
    private const int Rows = 20;

    private delegate string Printer(WindowsPrinter printer, List<GeneratedConnection> table, int round);

    [Fact]
    public void List_in_a_window_of_any_width() =>
        AssertSame((printer, table, round) => printer.List(table, 34 + (round % 90)));

    [Fact]
    public void Json() => AssertSame((printer, table, round) => printer.Json(table, round % 2 == 0));

    [Fact]
    public void Clixml() => AssertSame((printer, table, round) => printer.Clixml(table, round % 2 == 0));

    private static void AssertSame(Printer print)
    {
        for (int round = 0; round < Tables; round++)
        {
            var random = new Random(round);
            int count = round % 5 == 0 ? 1 : Rows;
            List<GeneratedConnection> table =
                [.. Enumerable.Range(0, count).Select(_ => GeneratedConnection.Make(random, round % 3 == 0))];
            string text = print(new WindowsPrinter(random), table, round);

            List<TableRow> rows = ReadTable.Rows(text);

            Assert.Equal(table.Select(Describe), rows.Select(Describe));
            AssertLookups(table, text, random);
        }
    }

    // A session does not show which side opened it, so each one is two possible connections.
    private static void AssertLookups(List<GeneratedConnection> table, string text, Random random)
    {
        List<GeneratedConnection> either =
        [
            .. table,
            .. table.Select(row => row with
            {
                OriginalSource = row.TranslatedDestination,
                OriginalDestination = row.TranslatedSource,
                TranslatedSource = row.OriginalDestination,
                TranslatedDestination = row.OriginalSource,
            }),
        ];
        GeneratedLookups.AssertRight(either, text, random);
    }

    private static string Describe(GeneratedConnection row) =>
        $"{row.Protocol} {row.OriginalSource} -> {row.OriginalDestination}, "
        + $"translated to {row.TranslatedSource} -> {row.TranslatedDestination}";

    private static string Describe(TableRow row) => row.Mapping is RouterMapping mapping
        ? mapping.ToString()
        : $"{row.FirstLine}: {row.Fault!.Reason}: {row.Fault.Text}";
}
