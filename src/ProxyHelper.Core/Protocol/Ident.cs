using ProxyHelper.Conntrack;

namespace ProxyHelper.Protocol;

/// <summary>
/// The user's name in a reply. It holds digits, dots and a colon only: in smtp-gated's daemon mode the text reaches a format
/// string, so a percent sign would crash it.
/// </summary>
internal static class Ident
{
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
}
