using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Net;
using ProxyHelper.Addresses;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Reads the properties of an object that was serialized. Numbers and durations have their types. Other values have
/// their text: at a depth of 1, which is the default of remoting, the engine sends no more.
/// </summary>
/// <param name="given">The object.</param>
internal readonly struct RemoteProperties(PSObject given)
{
    /// <summary>The start of the name of the hidden property that has all digits of a time.</summary>
    private const string Exact = "Exact";

    private readonly PSMemberInfoCollection<PSPropertyInfo> _sent =
        ((PSMemberSet)given.Members["psadapted"]).Properties;

    /// <summary>Returns a text, or null.</summary>
    public string? Text(string name) => TextOf(ValueOf(name));

    /// <summary>Returns a number or a duration.</summary>
    public T Number<T>(string name)
        where T : struct => OptionalNumber<T>(name) ?? throw Missing(name);

    /// <summary>Returns a number or a duration, or null.</summary>
    public T? OptionalNumber<T>(string name)
        where T : struct => ValueOf(name) is { } value ? LanguagePrimitives.ConvertTo<T>(value) : null;

    /// <summary>Returns the value of an enumeration. A value without a name is a number.</summary>
    public T Named<T>(string name)
        where T : struct, Enum => OptionalNamed<T>(name) ?? throw Missing(name);

    /// <summary>Returns the value of an enumeration, or null.</summary>
    public T? OptionalNamed<T>(string name)
        where T : struct, Enum => Parsed<T>(name, text => Enum.TryParse(text, out T value) ? value : null);

    /// <summary>Returns an end point.</summary>
    public TransportEndPoint EndPoint(string name) => OptionalEndPoint(name) ?? throw Missing(name);

    /// <summary>Returns an end point, or null.</summary>
    public TransportEndPoint? OptionalEndPoint(string name) => Parsed<TransportEndPoint>(
        name, text => TransportEndPoint.TryParse(text, out TransportEndPoint endPoint) ? endPoint : null);

    /// <summary>Returns an end point of System.Net, or null.</summary>
    public IPEndPoint? OptionalSocketAddress(string name) => Text(name) is { } text
        ? IPEndPoint.TryParse(text, out IPEndPoint? endPoint) ? endPoint : throw Unreadable(name, text)
        : null;

    /// <summary>Returns a time, or null.</summary>
    public DateTimeOffset? OptionalTime(string name) =>
        TextOf(given.Properties[Exact + name]?.Value) is { } exact ? TimeOf(exact) ?? throw Unreadable(name, exact)
        : Parsed<DateTimeOffset>(name, TimeOf);

    /// <summary>Returns the texts of the items of a list, or null.</summary>
    public IEnumerable<string>? Texts(string name) => ValueOf(name) switch
    {
        null => null,
        IEnumerable items and not string => items.Cast<object>().Select(item => TextOf(item) ?? string.Empty),
        { } other => throw Unreadable(name, $"{other}"),
    };

    /// <summary>Returns the texts of a dictionary by their names.</summary>
    public IReadOnlyDictionary<string, string> NamedTexts(string name) =>
        (ValueOf(name) as IDictionary ?? throw Missing(name)).Cast<DictionaryEntry>()
            .ToDictionary(entry => TextOf(entry.Key)!, entry => TextOf(entry.Value) ?? string.Empty);

    /// <summary>Returns the exception for a property that cannot be read.</summary>
    public static PSInvalidCastException Unreadable(string name, string text) =>
        new($"The property {name} of the serialized object cannot be read: {text}.");

    private static PSInvalidCastException Missing(string name) =>
        new($"The serialized object has no property {name}.");

    private static DateTimeOffset? TimeOf(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out DateTimeOffset time) ? time : null;

    private static string? TextOf(object? value) => value switch
    {
        null => null,
        string text => PrintableText.From(text),
        _ => PrintableText.From(PSObject.AsPSObject(value).ToString()),
    };

    private T? Parsed<T>(string name, Func<string, T?> parse)
        where T : struct => Text(name) is { } text ? parse(text) ?? throw Unreadable(name, text) : null;

    /// <summary>Returns a property as it was sent. The properties that the module adds to a bag read it, too.</summary>
    public object? ValueOf(string name) => _sent[name]?.Value switch
    {
        PSObject { BaseObject: IEnumerable and not string } list => list.BaseObject,
        var value => value,
    };
}
