using System.Text.Json;
using System.Text;
using ProxyHelper.Tables.Values;

namespace ProxyHelper.Tables.Json;

/// <summary>
/// Reads the properties of one JSON object. Properties that are objects or arrays are ignored. null is an empty value.
/// </summary>
internal sealed class JsonValues
{
    private const int MaxNameLength = 128;

    private byte[] _utf8 = [];
    private char[] _value = [];

    /// <summary>Reads the properties.</summary>
    /// <returns>False if the text is not a JSON object.</returns>
    public bool TryRead(ReadOnlySpan<char> json, NamedValues values)
    {
        int size = Encoding.UTF8.GetMaxByteCount(json.Length);
        _utf8 = _utf8.Length < size ? new byte[size] : _utf8;
        _value = _value.Length < json.Length ? new char[json.Length] : _value;
        int length = Encoding.UTF8.GetBytes(json, _utf8);
        var reader = new Utf8JsonReader(_utf8.AsSpan(0, length));
        try
        {
            Read(ref reader, values);
            return true;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // The second one is thrown for an escape such as \ud800, which is no character.
            return false;
        }
    }

    private void Read(ref Utf8JsonReader reader, NamedValues values)
    {
        Span<char> name = stackalloc char[MaxNameLength];
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            int length = reader.ValueSpan.Length <= MaxNameLength ? reader.CopyString(name) : 0;
            reader.Read();
            if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
            {
                reader.Skip();
            }
            else
            {
                values.Add(name[..length], ReadValue(reader));
            }
        }

        reader.Read(); // Throws if text follows the object.
    }

    private ReadOnlySpan<char> ReadValue(in Utf8JsonReader reader)
    {
        int length = reader.TokenType switch
        {
            JsonTokenType.Null => 0,
            JsonTokenType.String => reader.CopyString(_value),
            _ => Encoding.UTF8.GetChars(reader.ValueSpan, _value), // a number, true or false
        };
        return _value.AsSpan(0, length);
    }
}
