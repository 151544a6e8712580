using ProxyHelper.Addresses;

namespace ProxyHelper.Protocol;

/// <summary>
/// The user's name in a reply. It holds digits, dots, a colon or a hyphen only: in smtp-gated's daemon mode the text reaches a format
/// string, so a percent sign would crash it.
/// </summary>
internal static class Ident
{
    /// <summary>How many characters of it smtp-gated uses.</summary>
    public const int LongestWord = 20;

    private const int LongestText = 21; // of an IPv4 end point
    private const byte NoName = (byte)'-';

    /// <summary>Reads an ident. Whatever another helper put into it, it can be shown on a terminal.</summary>
    public static string Read(ReadOnlySpan<byte> text) => string.Create(text.Length, text, static (characters, bytes) =>
    {
        for (int i = 0; i < bytes.Length; i++)
        {
            characters[i] = bytes[i] is >= 0x20 and < 0x7f ? (char)bytes[i] : '?';
        }
    });

    /// <summary>Writes the ident, padded with NUL.</summary>
    /// <param name="field">The ident's 32 bytes in the datagram.</param>
    /// <param name="format">What to write.</param>
    /// <param name="user">The user's end of the connection, IPv4; at most 21 characters.</param>
    public static void Write(Span<byte> field, IdentFormat format, TransportEndPoint user)
    {
        int length = 0;
        switch (format)
        {
            case IdentFormat.Address:
                user.TryFormatAddress(field, out length);
                break;
            case IdentFormat.Endpoint:
                user.TryFormat(field, out length, default, null);
                break;
        }

        field[length..].Clear();
    }

    /// <summary>
    /// Writes the ident where it must be a word of 1 to 20 characters: "-" stands for none, and of an end point of 21 the last digit is
    /// left out, as smtp-gated does where there is room for it.
    /// </summary>
    /// <param name="word">At least <see cref="LongestWord"/> bytes.</param>
    /// <param name="format">What to write.</param>
    /// <param name="user">The user's end of the connection, IPv4.</param>
    /// <returns>How many bytes that is.</returns>
    public static int WriteWord(Span<byte> word, IdentFormat format, TransportEndPoint user)
    {
        Span<byte> text = stackalloc byte[LongestText + 1];
        Write(text, format, user);
        if (format == IdentFormat.None)
        {
            text[0] = NoName;
        }

        int length = Math.Min(text.IndexOf((byte)0), LongestWord);
        text[..length].CopyTo(word);
        return length;
    }
}
