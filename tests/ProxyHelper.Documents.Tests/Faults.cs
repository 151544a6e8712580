namespace ProxyHelper.Documents;

/// <summary>What is wrong with the documents.</summary>
internal static class Faults
{
    /// <summary>Fails with all of them, each on a line, so that they can be mended in one go.</summary>
    public static void AssertNone(IEnumerable<string> faults)
    {
        string text = string.Join('\n', faults);
        Assert.True(text.Length == 0, text);
    }
}
