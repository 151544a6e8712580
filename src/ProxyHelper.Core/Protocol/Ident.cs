using ProxyHelper.Addresses;

namespace ProxyHelper.Protocol;

/// <summary>
/// Reads and writes the user's name in a reply. The name consists of digits, dots, a colon or a hyphen only. In
/// smtp-gated's daemon mode, the name reaches a format string, so a percent sign would crash smtp-gated.
/// </summary>
internal static class Ident
{
    /// <summary>The number of characters that smtp-gated uses.</summary>
    public const int MaxWordLength = 20;

    private const int MaxTextLength = 21; // of an IPv4 end point
    private const byte NoName = (byte)'-';

    /// <summary>Reads an ident that any helper sent. A terminal can show the result.</summary>
    public static string Read(ReadOnlySpan<byte> text) => string.Create(text.Length, text, static (characters, bytes) =>
    {
        for (int i = 0; i < bytes.Length; i++)
        {
            characters[i] = bytes[i] is >= 0x20 and < 0x7f ? (char)bytes[i] : '?';
        }
    });

    /// <summary>Writes the ident, padded with NUL.</summary>
    /// <param name="field">The 32 bytes of the ident in the datagram.</param>
    /// <param name="format">The format of the ident.</param>
    /// <param name="user">The user's end of the connection, IPv4. Its text has at most 21 characters.</param>
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
    /// Writes the ident as a word of 1 to 20 characters, which the TCP protocol requires. "-" stands for no name. An
    /// end point of 21 characters loses its last digit, as smtp-gated itself cuts it.
    /// </summary>
    /// <param name="word">At least <see cref="MaxWordLength"/> bytes.</param>
    /// <param name="format">The format of the ident.</param>
    /// <param name="user">The user's end of the connection, IPv4.</param>
    /// <returns>The number of bytes written.</returns>
    public static int WriteWord(Span<byte> word, IdentFormat format, TransportEndPoint user)
    {
        Span<byte> text = stackalloc byte[MaxTextLength + 1];
        Write(text, format, user);
        if (format == IdentFormat.None)
        {
            text[0] = NoName;
        }

        int length = Math.Min(text.IndexOf((byte)0), MaxWordLength);
        text[..length].CopyTo(word);
        return length;
    }
}

/// <summary>Specifies the user's name in a reply. smtp-gated logs the name and counts its limits by the name.</summary>
public enum IdentFormat
{
    /// <summary>The user's address, such as 10.1.1.1. Limits, locks and quotas work for each user.</summary>
    Address,

    /// <summary>
    /// The user's address and port, such as 10.1.1.1:10943. Each connection has another name, so limits for each user
    /// do not work.
    /// </summary>
    Endpoint,

    /// <summary>No name. smtp-gated counts all users as one.</summary>
    None,
}
