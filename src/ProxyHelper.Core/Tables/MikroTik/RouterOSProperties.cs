using ProxyHelper.Tables.Values;

namespace ProxyHelper.Tables.MikroTik;

/// <summary>
/// Splits the properties of an entry. The value of a mark, a type or a comment can be any text, and goes on to the next
/// known name. Any other value ends at the next name, so that properties of later versions are left out.
/// </summary>
internal static class RouterOSProperties
{
    private const char Quote = '"';

    /// <summary>Reads the properties.</summary>
    /// <param name="text">The text, which starts with a name.</param>
    /// <param name="values">Receives the values.</param>
    /// <returns>The key of the last known name, or -1.</returns>
    public static int Read(ReadOnlySpan<char> text, NamedValues values)
    {
        int last = -1;
        ReadOnlySpan<char> rest = text;
        while (!rest.IsEmpty)
        {
            int equalSign = rest.IndexOf('=');
            int start = RouterOSLine.NameStart(rest, equalSign);
            if (start != 0)
            {
                break;
            }

            ReadOnlySpan<char> name = rest[..equalSign];
            int key = values.KeyOf(name);
            int end = FindEnd(rest[(equalSign + 1)..], values, RouterOSKeys.IsFreeText(key));
            values.Add(name, Unquote(rest.Slice(equalSign + 1, end).TrimEnd(' ')));
            last = key >= 0 ? key : last;
            rest = rest[(equalSign + 1 + end)..].TrimStart(' ');
        }

        return last;
    }

    /// <summary>Returns the length of a value: up to the next name.</summary>
    private static int FindEnd(ReadOnlySpan<char> text, NamedValues values, bool isFreeText)
    {
        int from = QuotedLength(text);
        for (int equalSign = NextEqualSign(text, from); equalSign >= 0; equalSign = NextEqualSign(text, equalSign + 1))
        {
            int name = from + RouterOSLine.NameStart(text[from..], equalSign - from);
            bool isName = name > from || (name == from && from > 0);
            if (isName && (!isFreeText || values.KeyOf(text[name..equalSign]) >= 0))
            {
                return name;
            }
        }

        return text.Length;
    }

    private static int NextEqualSign(ReadOnlySpan<char> text, int from)
    {
        int offset = text[from..].IndexOf('=');
        return offset < 0 ? -1 : from + offset;
    }

    /// <summary>Returns the length of a value in quotation marks, or 0 for another value.</summary>
    private static int QuotedLength(ReadOnlySpan<char> text)
    {
        if (!text.StartsWith(Quote))
        {
            return 0;
        }

        for (int place = 1; place < text.Length; place++)
        {
            if (text[place] == '\\')
            {
                place++;
            }
            else if (text[place] == Quote)
            {
                return place + 1 == text.Length || text[place + 1] == ' ' ? place + 1 : 0;
            }
        }

        return 0;
    }

    private static ReadOnlySpan<char> Unquote(ReadOnlySpan<char> value) =>
        value is [Quote, .. var inner, Quote] ? inner : value;
}
