using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Internal;
using System.Management.Automation.Language;
using ProxyHelper.Addresses;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Refuses null, an empty list and empty text. The engine binds them as no filter, as zero or as the default, so a
/// mistyped variable would select every mapping. Every parameter that takes a value has an attribute of this type.
/// </summary>
internal abstract class ArgumentAttribute : ArgumentTransformationAttribute
{
    private const int MaxLength = 1000;

    /// <summary>Gets or sets whether text can be empty, such as a line of a file.</summary>
    public bool AcceptsEmptyText { get; set; }

    /// <summary>
    /// Gets or sets whether text can have characters that are not printable, such as a path. Text that is read as an
    /// address or a number cannot: the engine repeats that text in its errors.
    /// </summary>
    public bool AcceptsAnyCharacter { get; set; }

    /// <summary>Gets or sets whether the parameter takes one value. The engine joins a list of texts to one.</summary>
    public bool IsSingle { get; set; }

    /// <inheritdoc/>
    public sealed override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        if (LanguagePrimitives.GetEnumerable(inputData) is not { } several)
        {
            return ReadOne(inputData, "The value is null.");
        }

        object[] all = [.. several.Cast<object?>().Select(one => ReadOne(one, "A value of the list is null."))];
        return all.Length == 0 ? throw Missing("The list is empty.")
            : !IsSingle ? ReadList(all)
            : all is [var only] ? only
            : throw Fault($"The parameter takes one value, and the list has {all.Length}.");
    }

    /// <summary>Returns what is bound for a value. The default is the value as it is.</summary>
    /// <param name="value">The value without its PSObject. It is not null.</param>
    /// <param name="given">The value as it was given.</param>
    protected virtual object Read(object value, PSObject given) => value;

    /// <summary>Returns what is bound for a list of values that were read. The default is the list.</summary>
    protected virtual object ReadList(object[] all) => all;

    /// <summary>Returns the exception for a missing value.</summary>
    /// <param name="what">What is missing.</param>
    protected virtual Exception Missing(string what) => Fault(
        $"{what} Check the variable or the property that the value comes from, or leave the parameter out.");

    /// <summary>Returns the value of a text. If the text is not one, its parser says why.</summary>
    protected static T Parsed<T>(Func<string, T> parse, string text)
    {
        try
        {
            return parse(text);
        }
        catch (FormatException failure)
        {
            throw Fault(failure.Message);
        }
    }

    /// <summary>Returns the exception for a value that is refused. The engine adds the name of the parameter.</summary>
    protected static Exception Fault(string message) =>
        new ArgumentTransformationMetadataException(PrintableText.From(message));

    private object ReadOne(object? given, string faultOfNull)
    {
        object? value = given is PSObject wrapped ? wrapped.BaseObject : given;
        if (value is null or DBNull or NullString || ReferenceEquals(given, AutomationNull.Value))
        {
            throw Missing(faultOfNull);
        }

        if (value is string text)
        {
            Check(text);
        }

        var shown = PSObject.AsPSObject(given);
        if (RemoteObjects.Find(shown) is { } remote)
        {
            return Read(remote, PSObject.AsPSObject(remote));
        }

        object bound = Read(value, shown);
        return ReferenceEquals(bound, value) ? given! : bound;
    }

    private void Check(string text)
    {
        string trimmed = text.Trim();
        if (!AcceptsEmptyText && trimmed.Length == 0)
        {
            throw Missing("The text is empty.");
        }

        if (!AcceptsAnyCharacter && PrintableText.From(trimmed, MaxLength) != trimmed)
        {
            string shown = PrintableText.From(trimmed, maxLength: 200);
            throw Fault(trimmed.Length > MaxLength
                ? $"'{shown}' is too long."
                : $"'{shown}' has characters that are not printable.");
        }
    }
}

/// <summary>
/// Refuses null, an empty list, empty text and objects that only have properties. The engine makes the first name of an
/// enumeration of a hashtable. Any other value is left to the engine.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class RequireValueAttribute : ArgumentAttribute
{
    /// <summary>Gets or sets whether a row of a file is left to the other parameters of the pipeline.</summary>
    public bool LeavesRows { get; set; }

    /// <inheritdoc/>
    protected override object Read(object value, PSObject given) =>
        value is IDictionary or PSCustomObject && !LeavesRows
            ? throw Fault($"A value of the type {value.GetType().Name} cannot be used here.")
            : value;
}
