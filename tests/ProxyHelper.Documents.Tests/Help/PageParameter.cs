using System.Collections;
using System.Globalization;
using System.Management.Automation;
using YamlDotNet.Serialization;

namespace ProxyHelper.Documents.Help;

/// <summary>
/// Represents a parameter as the page describes it, or as the cmdlet has it. The names are those of the page's YAML
/// block.
/// </summary>
internal sealed class PageParameter
{
    // With more values, the syntax that Get-Help shows is unreadable. Their description has the values.
    private const int MostAcceptedValues = 8;

    [YamlIgnore]
    public string Name { get; set; } = string.Empty;

    [YamlIgnore]
    public string Description { get; set; } = string.Empty;

    public string Type { get; set; } = string.Empty;

    public string DefaultValue { get; set; } = string.Empty;

    public bool SupportsWildcards { get; set; }

    public List<string> Aliases { get; set; } = [];

    public List<PageParameterSet> ParameterSets { get; set; } = [];

    public bool DontShow { get; set; }

    public List<string> AcceptedValues { get; set; } = [];

    public string HelpMessage { get; set; } = string.Empty;

    /// <summary>Returns the parameters of a cmdlet, without the common parameters.</summary>
    public static IEnumerable<PageParameter> Of(CmdletInfo command) =>
        from parameter in command.Parameters.Values
        where !Cmdlet.CommonParameters.Contains(parameter.Name)
        orderby parameter.Name
        select Of(command, parameter);

    /// <summary>Returns the enumeration whose values a parameter takes; null if it takes other values.</summary>
    public static Type? Enumeration(ParameterMetadata parameter)
    {
        Type type = parameter.ParameterType.GetElementType() ?? parameter.ParameterType;
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type.IsEnum ? type : null;
    }

    /// <summary>Returns everything but the description, so that a comparison shows the difference.</summary>
    public override string ToString()
    {
        string[] lines =
        [
            $"-{Name}: {Type}, default '{DefaultValue}', wildcards {SupportsWildcards}, "
                + $"hidden {DontShow}, message '{HelpMessage}'",
            $"  aliases: {string.Join(", ", Aliases.Order(StringComparer.Ordinal))}",
            $"  values: {string.Join(", ", AcceptedValues)}",
            .. ParameterSets.OrderBy(set => set.Name, StringComparer.Ordinal).Select(set => $"  {set}"),
        ];
        return string.Join('\n', lines);
    }

    private static PageParameter Of(CmdletInfo command, ParameterMetadata parameter) => new()
    {
        Name = parameter.Name,
        Type = parameter.ParameterType.ToString(),
        DefaultValue = Default(command, parameter),
        SupportsWildcards = parameter.Attributes.OfType<SupportsWildcardsAttribute>().Any(),
        Aliases = [.. parameter.Aliases],
        ParameterSets = [.. parameter.ParameterSets.Select(set => PageParameterSet.Of(set.Key, set.Value))],
        DontShow = parameter.Attributes.OfType<ParameterAttribute>().Any(attribute => attribute.DontShow),
        AcceptedValues = [.. Accepted(parameter)],
        HelpMessage = parameter.Attributes.OfType<ParameterAttribute>().First().HelpMessage ?? string.Empty,
    };

    private static string[] Accepted(ParameterMetadata parameter)
    {
        string[] names = Enumeration(parameter) is { } type
            ? Enum.GetNames(type)
            : [.. parameter.Attributes.OfType<ValidateSetAttribute>().SelectMany(set => set.ValidValues)];
        return names.Length <= MostAcceptedValues ? names : [];
    }

    // The value of the property before anything is bound. A mandatory parameter has no default.
    private static string Default(CmdletInfo command, ParameterMetadata parameter)
    {
        if (parameter.IsDynamic || Cmdlet.OptionalCommonParameters.Contains(parameter.Name)
            || parameter.ParameterSets.Values.All(set => set.IsMandatory))
        {
            return string.Empty;
        }

        using var cmdlet = (IDisposable)Activator.CreateInstance(command.ImplementingType)!;
        object? value = command.ImplementingType.GetProperty(parameter.Name)!.GetValue(cmdlet);
        return value is IEnumerable items and not string
            ? string.Join(", ", items.Cast<object>())
            : Convert.ToString(value is SwitchParameter given ? given.IsPresent : value, CultureInfo.InvariantCulture)!;
    }
}
