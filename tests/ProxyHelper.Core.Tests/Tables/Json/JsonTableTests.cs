using ProxyHelper.Tables;
using ProxyHelper.Tables.MikroTik;
using Xunit;

namespace ProxyHelper.Tests.Tables.Json;

/// <summary>Tables in JSON are read object by object, whatever is around the objects.</summary>
public sealed class JsonTableTests
{
    private const string Row =
        """{"protocol":"tcp","src-address":"10.1.1.1:1","dst-address":"4.1.1.1:25","""
        + """ "reply-src-address":"4.1.1.1:25","reply-dst-address":"194.0.1.1:2"}""";

    private const string Mapping = "Tcp 10.1.1.1:1 -> 4.1.1.1:25, translated to 194.0.1.1:2 -> 4.1.1.1:25";
    private const string CutArray = "the text ends before the array does";
    private const string CutObject = "the text ends inside an object";
    private const string NextObject = "another object starts before this one ends";

    [Theory]
    [InlineData(Row, "1-1: " + Mapping)]
    [InlineData("[" + Row + "," + Row + "]", "1-1: " + Mapping, "1-1: " + Mapping)]
    [InlineData("[\n  " + Row + "\n,\n" + Row + "\n]\n", "2-2: " + Mapping, "4-4: " + Mapping)]
    [InlineData(Row + "\n" + Row, "1-1: " + Mapping, "2-2: " + Mapping)]
    [InlineData("[" + Row + "]\n[" + Row + "]", "1-1: " + Mapping, "2-2: " + Mapping)]
    [InlineData("PS C:\\> curl\n[admin@MikroTik] > x\n[" + Row + "]\nPS C:\\> ", "3-3: " + Mapping)]
    [InlineData("[]")]
    [InlineData("[\n]\n")]
    public void Objects_are_rows(string text, params string[] rows) => AssertRows(text, rows);

    [Theory]
    [InlineData("[" + Row, "1-1: " + Mapping, "1-1: " + CutArray)]
    [InlineData("[" + Row + ",\n", "1-1: " + Mapping, "1-1: " + CutArray)]
    [InlineData("[" + Row + ",\n{\"protocol\":\n\"tcp\",", "1-1: " + Mapping, "2-3: " + CutObject)]
    [InlineData("[" + Row + ",\n{\"a\":\"b", "1-1: " + Mapping, "2-2: the line ends inside a value")]
    [InlineData("[" + Row + " " + Row + "]", "1-1: " + Mapping, "1-1: '{' cannot be here in JSON", "1-1: " + Mapping)]
    [InlineData(Row + "," + Row + "]", "1-1: " + Mapping, "1-1: ',' cannot be here in JSON", "1-1: " + Mapping)]
    [InlineData("[{\"a\":1,\n\"b\":2,\n" + Row + "]", "1-2: " + NextObject, "3-3: " + Mapping)]
    [InlineData("[{\"a\":[1}]\n" + Row, "1-1: '}' cannot be here in JSON", "2-2: " + Mapping)]
    [InlineData("[{\"a\":tcp},\n" + Row + "]", "1-1: not a JSON object", "2-2: " + Mapping)]
    [InlineData("[{\"a\":\"\\ud800\"},\n" + Row + "]", "1-1: not a JSON object", "2-2: " + Mapping)]
    [InlineData("curl: (7) failed\n[" + Row + "]", "1-1: 'c' cannot be here in JSON", "2-2: " + Mapping)]
    [InlineData("[" + Row + "]\n\u001b[0m\n", "1-1: " + Mapping, "2-2: '\\u001b' cannot be here in JSON")]
    [InlineData("[" + Row + ",\n--More--\n" + Row + "]",
        "1-1: " + Mapping, "2-2: a pager stopped here and can have swallowed lines", "3-3: " + Mapping)]
    [InlineData("[null," + Row + "]", "1-1: 'n' cannot be here in JSON")]
    public void Other_text_is_a_fault_of_its_lines(string text, params string[] rows) => AssertRows(text, rows);

    [Theory]
    [InlineData(
        """{"error":401,"message":"Unauthorized"}""", "1-1: the router reports error 401: Unauthorized")]
    [InlineData(
        """{"detail":"no such command","error":400,"message":"Bad Request"}""",
        "1-1: the router reports error 400: Bad Request no such command")]
    public void An_error_of_REST_is_a_fault_with_its_text(string text, string row)
    {
        Assert.Equal([row], ReadTable.Rows(text).Select(ReadTable.Describe));
    }

    [Fact]
    public void An_object_of_any_size_is_one_fault()
    {
        string large = $"{{\"comment\":\"{new string('x', 70_000)}\"}}";

        AssertRows(
            $"[{Row},{large},{Row}]",
            $"1-1: {Mapping}",
            "1-1: an object of more than 65536 characters",
            $"1-1: {Mapping}");
    }

    [Theory]
    [InlineData(60_000, " ")]
    [InlineData(1000, "\n")]
    public void A_form_is_recognized_after_a_large_part_of_the_first_object(int count, string blank)
    {
        string text = $"[{{\"x\":{string.Concat(Enumerable.Repeat(blank, count))}1,{Row[1..]}]";

        Assert.Equal([Mapping], ReadTable.Rows(text).Select(row => row.Mapping?.ToString()));
    }

    [Fact]
    public void An_object_can_be_nested_as_deep_as_JSON_allows()
    {
        string nested = $"{{\"x\":{new string('[', 62)}{new string(']', 62)},{Row[1..]}";
        string tooDeep = $"{{\"x\":{new string('[', 64)}{new string(']', 64)},{Row[1..]}";

        AssertRows($"[{nested}]", $"1-1: {Mapping}");
        AssertRows($"[{tooDeep}]", "1-1: '[' cannot be here in JSON");
    }

    [Fact]
    public void A_table_of_100_megabytes_on_one_line_needs_the_memory_of_one_object()
    {
        const int length = 100_000_000, limit = 4_000_000;
        TableReader reader = RouterOSJson.Format.CreateReader();
        var rows = new List<TableRow>();
        string piece = string.Join(',', Enumerable.Repeat(Row, 20)) + ",";
        reader.Read("[", endsLine: false, rows);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        int count = 0;
        for (int read = 0; read < length; read += piece.Length)
        {
            reader.Read(piece, endsLine: false, rows);
            count += rows.Count(row => row.Mapping is not null);
            rows.Clear();
        }

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, limit);
        Assert.Equal(((length - 1) / piece.Length + 1) * 20, count);
    }

    // The pieces of a long line have any length, and the result does not depend on it.
    private static void AssertRows(string text, params string[] expected)
    {
        foreach (int length in new[] { 1, 2, 7, 100, text.Length })
        {
            TableReader reader = RouterOSJson.Format.CreateReader();
            var rows = new List<TableRow>();
            foreach (string line in text.EndsWith('\n') ? text[..^1].Split('\n') : text.Split('\n'))
            {
                int start = 0;
                for (; line.Contains('"', StringComparison.Ordinal) && start + length < line.Length; start += length)
                {
                    reader.Read(line.AsSpan(start, length), endsLine: false, rows);
                }

                reader.Read(line.AsSpan(start), endsLine: true, rows);
            }

            reader.Finish(rows);
            Assert.Equal(expected, rows.Select(ReadTable.Describe));
        }
    }
}
