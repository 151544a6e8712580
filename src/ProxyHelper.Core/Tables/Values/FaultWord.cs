using ProxyHelper.Addresses;

namespace ProxyHelper.Tables.Values;

/// <summary>Shows words of a table in the reason of a fault: short, and safe for a terminal.</summary>
internal static class FaultWord
{
    private const int MaxLength = 60;

    /// <summary>Returns the word. A long word is cut, and ends with an ellipsis.</summary>
    public static string Show(ReadOnlySpan<char> word) =>
        PrintableText.From(word[..Math.Min(word.Length, MaxLength + 1)].ToString(), MaxLength);
}
