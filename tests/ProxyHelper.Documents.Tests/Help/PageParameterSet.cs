using System.Globalization;
using System.Management.Automation;

namespace ProxyHelper.Documents.Help;

/// <summary>Represents a parameter in one parameter set, or in all.</summary>
internal sealed record PageParameterSet
{
    public string Name { get; set; } = string.Empty;

    public string Position { get; set; } = string.Empty;

    public bool IsRequired { get; set; }

    public bool ValueFromPipeline { get; set; }

    public bool ValueFromPipelineByPropertyName { get; set; }

    public bool ValueFromRemainingArguments { get; set; }

    /// <summary>Returns what the engine has.</summary>
    public static PageParameterSet Of(string name, ParameterSetMetadata set) => new()
    {
        Name = name == ParameterAttribute.AllParameterSets ? "(All)" : name,
        Position = set.Position == int.MinValue ? "Named" : set.Position.ToString(CultureInfo.InvariantCulture),
        IsRequired = set.IsMandatory,
        ValueFromPipeline = set.ValueFromPipeline,
        ValueFromPipelineByPropertyName = set.ValueFromPipelineByPropertyName,
        ValueFromRemainingArguments = set.ValueFromRemainingArguments,
    };
}
