using System.Collections.Frozen;

namespace ProxyHelper.Tables.Values;

/// <summary>
/// Holds the values of one row by their names. The values are copied into one buffer, which the next row uses again.
/// Values with other names are ignored.
/// </summary>
internal sealed class NamedValues
{
    private readonly FrozenDictionary<string, int> _places;
    private readonly FrozenDictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _placeOf;
    private readonly string[] _names;
    private readonly (int Start, int Length)[] _values;
    private char[] _text = new char[1024];
    private int _length;
    private int _last;

    /// <summary>Initializes the values of no row.</summary>
    /// <param name="names">The names. The place of a name in this list is its key.</param>
    /// <param name="comparer">Compares names.</param>
    public NamedValues(string[] names, StringComparer comparer)
    {
        _names = names;
        _places = names.Index().ToFrozenDictionary(name => name.Item, name => name.Index, comparer);
        _placeOf = _places.GetAlternateLookup<ReadOnlySpan<char>>();
        _values = new (int, int)[names.Length];
        Clear();
    }

    /// <summary>Gets the names. The place of a name is its key.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>Gets the name that the row has twice, or null.</summary>
    public string? Repeated { get; private set; }

    /// <summary>Gets the number of names that the row has.</summary>
    public int Count { get; private set; }

    /// <summary>Gets the value of a key. It is empty if the row does not have the name.</summary>
    public ReadOnlySpan<char> this[int key] =>
        Has(key) ? _text.AsSpan(_values[key].Start, _values[key].Length) : default;

    /// <summary>Returns whether the row has a value for a key, even an empty one.</summary>
    public bool Has(int key) => _values[key].Start >= 0;

    /// <summary>Returns the key of a name, or -1 if the name is not in the list.</summary>
    public int KeyOf(ReadOnlySpan<char> name) => _placeOf.TryGetValue(name, out int key) ? key : -1;

    /// <summary>Removes all values.</summary>
    public void Clear()
    {
        Array.Fill(_values, (-1, 0));
        _length = 0;
        Count = 0;
        Repeated = null;
    }

    /// <summary>Adds a value. A name that is not in the list is ignored.</summary>
    public void Add(ReadOnlySpan<char> name, ReadOnlySpan<char> value)
    {
        if (!_placeOf.TryGetValue(name, out int key))
        {
            return;
        }

        if (Has(key))
        {
            Repeated ??= _names[key];
            return;
        }

        Count++;
        _last = key;
        _values[key] = (_length, 0);
        AppendToLast(value);
    }

    /// <summary>Appends text to the value that was added last.</summary>
    public void AppendToLast(ReadOnlySpan<char> more)
    {
        if (_length + more.Length > _text.Length)
        {
            Array.Resize(ref _text, Math.Max(_text.Length * 2, _length + more.Length));
        }

        more.CopyTo(_text.AsSpan(_length));
        _length += more.Length;
        _values[_last].Length += more.Length;
    }
}
