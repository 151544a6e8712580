using ProxyHelper.Addresses;

namespace ProxyHelper.Tables;

/// <summary>Holds values by a pair of ends. A pair can have several values.</summary>
internal sealed class EndPairs<T>
{
    private const int None = -1;

    private readonly Dictionary<(TransportEndPoint Source, TransportEndPoint Destination), int> _last = [];
    private readonly List<(T Value, int Previous)> _values = [];

    /// <summary>Adds a value.</summary>
    public void Add(TransportEndPoint source, TransportEndPoint destination, T value)
    {
        int previous = _last.GetValueOrDefault((source, destination), None);
        _last[(source, destination)] = _values.Count;
        _values.Add((value, previous));
    }

    /// <summary>Returns the values of a pair. The last one comes first.</summary>
    public IEnumerable<T> Find(TransportEndPoint source, TransportEndPoint destination)
    {
        int place = _last.GetValueOrDefault((source, destination), None);
        while (place != None)
        {
            (T value, place) = _values[place];
            yield return value;
        }
    }
}
