using System.Globalization;
using System.Runtime.Versioning;

namespace ProxyHelper.Access;

/// <summary>A file that holds the shared secret, so that it stands in no list of processes and in no history of commands.</summary>
public static class SecretFile
{
    private const int LongestText = 64; // ten digits and some white space

    private const UnixFileMode OthersModes =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute |
        UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Reads the secret: one decimal number from 0 to 4294967295.</summary>
    /// <exception cref="SecretFileException">Others than its owner may use it, or it holds no such number.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    [UnsupportedOSPlatform("windows")]
    public static uint Read(string path)
    {
        using FileStream file = File.OpenRead(path);
        if ((File.GetUnixFileMode(file.SafeFileHandle) & OthersModes) != UnixFileMode.None)
        {
            throw new SecretFileException(path, "others than its owner may use it", isUnsafe: true);
        }

        // What is wrong with the text is not said: it may be nearly the secret.
        Span<byte> text = stackalloc byte[LongestText];
        int length = file.ReadAtLeast(text, LongestText, throwOnEndOfStream: false);
        return length < LongestText && TryParse(text[..length], out uint secret)
            ? secret
            : throw new SecretFileException(path, "it does not hold one number from 0 to 4294967295", isUnsafe: false);
    }

    private static bool TryParse(ReadOnlySpan<byte> text, out uint secret) => uint.TryParse(
        text, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out secret);
}
