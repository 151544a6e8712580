namespace ProxyHelper.Documents.Help;

/// <summary>Tests that the comparison of documented output ignores values that vary, and nothing else.</summary>
public sealed class DocumentedOutputTests
{
    private const string Table =
        "\n  Id Name  Since\n  -- ----  -----\n   1 a     2026-11-25 20:02:54\n   2 b     2026-11-25 20:02:54\n\n";

    [Theory]
    [InlineData("At 20:02:54 on 2026-11-25", "At 01:00:00 on 2030-01-01")]
    [InlineData("Found 1 0.000517", "Found 1 12.345678")]
    [InlineData("(id 3051841259, zone 0)", "(id 7, zone 0)")]
    [InlineData("Maximum        : 262144", "Maximum : 65536")]
    [InlineData("The table has 3 of 262144 entries.", "The table has 3 of 4000000 entries.")]
    [InlineData("- by state : {SynSent 1, Established 2}", "- by state : {Established 2, SynSent 1}")]
    [InlineData(
        Table,
        "  Id Name  Since\n  -- ----  -----\n  10 b     2026-11-26 20:02:54\n  11 a     2026-11-26 20:02:54")]
    public void What_varies_is_equal(string one, string other) =>
        Assert.Equal(DocumentedOutput.Comparable(one), DocumentedOutput.Comparable(other));

    [Theory]
    [InlineData("At 20:02:54", "At 20:02")]
    [InlineData("Found 1 0.000517", "Found 2 0.000517")]
    [InlineData("Found 1 0.000517", "Found 1")]
    [InlineData("(id 3051841259, zone 0)", "(id 3051841259, zone 1)")]
    [InlineData("Entries : 3", "Entries : 4")]
    [InlineData("The table has 3 of 262144 entries.", "The table has 4 of 262144 entries.")]
    [InlineData("- by state : {Established 2}", "- by state : {Established 3}")]
    [InlineData("first\nsecond", "second\nfirst")]
    [InlineData("first\nsecond", "first")]
    [InlineData(
        Table,
        "  Id Name  Since\n  -- ----  -----\n   1 a     2026-11-25 20:02:54")]
    [InlineData(
        Table,
        "  Id Name  Since\n  -- ----  -----\n   1 a     2026-11-25 20:02:54\n   2 c     2026-11-25 20:02:54")]
    public void What_does_not_vary_is_not(string one, string other) =>
        Assert.NotEqual(DocumentedOutput.Comparable(one), DocumentedOutput.Comparable(other));
}
