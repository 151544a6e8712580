namespace ProxyHelper.Tests;

/// <summary>Reads hexadecimal digits in any grouping, with comments from # to the end of the line.</summary>
internal static class Bytes
{
    public static byte[] Of(string text)
    {
        IEnumerable<string> withoutComments = text.Split('\n').Select(line => line.Split('#')[0]);
        return Convert.FromHexString(
            string.Concat(withoutComments).Replace(" ", string.Empty, StringComparison.Ordinal));
    }
}
