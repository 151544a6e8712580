namespace ProxyHelper.Documents;

/// <summary>Reports faults in documents.</summary>
internal static class Faults
{
    /// <summary>Fails with all faults, one in each line, so that all can be corrected at once.</summary>
    public static void AssertNone(IEnumerable<string> faults)
    {
        string text = string.Join('\n', faults);
        Assert.True(text.Length == 0, text);
    }
}
