using System.Collections;
using System.Reflection;
using System.Text;

namespace ProxyHelper.TestSupport;

/// <summary>Writes everything that an object shows: its public properties, their properties, and so on.</summary>
public sealed class ObjectText
{
    private const int Deepest = 6;
    private const int Most = 1000; // items of a collection

    private readonly HashSet<object> _seen = new(ReferenceEqualityComparer.Instance);
    private readonly StringBuilder _text = new();

    /// <summary>Returns the text, with a property in each line.</summary>
    public static string Of(object shown)
    {
        var walk = new ObjectText();
        walk.Add(shown.GetType().Name, shown, depth: 0);
        return walk._text.ToString();
    }

    private void Add(string name, object? value, int depth)
    {
        _text.AppendLine(null, $"{name} = {value}");
        if (value is null or string or Type or MemberInfo or Assembly || value.GetType().IsPrimitive || depth == Deepest
            || !_seen.Add(value))
        {
            return;
        }

        if (value is IEnumerable items)
        {
            foreach (object? item in items.Cast<object?>().Take(Most))
            {
                Add($"{name}[]", item, depth + 1);
            }
        }

        foreach (PropertyInfo property in value.GetType().GetProperties()
            .Where(property => property.GetIndexParameters().Length == 0 && property.CanRead))
        {
            Add($"{name}.{property.Name}", Read(property, value), depth + 1);
        }
    }

    // A property that throws shows its exception, which can disclose something, too.
    private static object? Read(PropertyInfo property, object owner)
    {
        try
        {
            return property.GetValue(owner);
        }
        catch (TargetInvocationException failure)
        {
            return failure.InnerException?.ToString();
        }
        catch (NotSupportedException failure)
        {
            return failure.ToString(); // a property by reference, or of a span, cannot be read this way
        }
    }
}
