using System.Xml.Linq;

namespace ProxyHelper.Documents.Help;

/// <summary>
/// Compares the MAML file that Get-Help reads with the pages. Both become text with a fact in each line.
/// </summary>
internal static class HelpFile
{
    private static readonly XNamespace _maml = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly XNamespace _command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace _dev = "http://schemas.microsoft.com/maml/dev/2004/10";

    /// <summary>Gets the name that the engine looks for.</summary>
    public static string Name => "ProxyHelper.PowerShell.dll-Help.xml";

    /// <summary>Gets the commands of the committed file by their names.</summary>
    public static IReadOnlyDictionary<string, XElement> Commands { get; } = XDocument
        .Load(Path.Combine(HelpPage.Folder, Name))
        .Root!.Elements(_command + "command")
            .ToDictionary(command => command.Element(_command + "details")!.Element(_command + "name")!.Value);

    /// <summary>Returns the text of a command in the file.</summary>
    public static string Text(XElement command) => string.Join('\n', [
        $"{Value(command, "details", "verb")}-{Value(command, "details", "noun")}",
        $"synopsis: {Paragraphs(command.Element(_command + "details")!.Element(_maml + "description")!)}",
        $"description: {Paragraphs(command.Element(_maml + "description")!)}",
        .. command.Descendants(_command + "syntaxItem")
            .Select(set => $"syntax: {Names(set.Elements(_command + "parameter").Select(NameOf))}"),
        .. command.Element(_command + "parameters")!.Elements().Select(Parameter),
        .. command.Descendants(_command + "inputType")
            .Select(type => $"input {TypeOf(type)}: {Paragraphs(type.Element(_maml + "description")!)}"),
        .. command.Descendants(_command + "returnValue")
            .Select(type => $"output {TypeOf(type)}: {Paragraphs(type.Element(_maml + "description")!)}"),
        .. command.Descendants(_maml + "alert").Select(note => $"notes: {Paragraphs(note)}"),
        .. command.Descendants(_command + "example").Select(example =>
            $"{example.Element(_maml + "title")!.Value}\n{Example(example)}"),
        .. command.Descendants(_maml + "navigationLink")
            .Select(link => $"link: {link.Element(_maml + "linkText")!.Value} {link.Element(_maml + "uri")!.Value}"),
    ]);

    /// <summary>Returns the text that the file must have for a page.</summary>
    public static string Text(HelpPage page) => string.Join('\n', [
        page.Content.Title,
        $"synopsis: {page.Content["SYNOPSIS"].Text}",
        $"description: {page.Content["DESCRIPTION"].Text}",
        .. page.Content["SYNTAX"].Parts.Select(set => $"syntax: {Names(InSet(page, set.Title))}"),
        .. page.Parameters.Select(Parameter),
        .. page.Content["INPUTS"].Parts.Select(type => $"input {type.Title}: {type.Text}"),
        .. page.Content["OUTPUTS"].Parts.Select(type => $"output {type.Title}: {type.Text}"),
        $"notes: {page.Content["NOTES"].Text}",
        .. page.Examples.Select(example => $"--------- {example.Title} ---------\n{WithoutFences(example.Text)}"),
        .. page.Links.Select(link => $"link: {link.Text} "), // Get-Help finds the text; it has no page with an address
    ]);

    private static IEnumerable<string> InSet(HelpPage page, string title) =>
        from parameter in page.Parameters
        where parameter.ParameterSets
            .Any(set => set.Name == "(All)" || set.Name == title.Replace(" (Default)", null, StringComparison.Ordinal))
        select parameter.Name;

    private static string Parameter(PageParameter parameter)
    {
        bool byValue = parameter.ParameterSets.Any(set => set.ValueFromPipeline);
        bool byName = parameter.ParameterSets.Any(set => set.ValueFromPipelineByPropertyName);
        string pipeline = (byValue, byName) switch
        {
            (true, true) => "true (ByValue, ByPropertyName)",
            (true, false) => "true (ByValue)",
            (false, true) => "true (ByPropertyName)",
            _ => "false",
        };
        string aliases = parameter.Aliases.Count == 0 ? "none" : string.Join(", ", parameter.Aliases);
        bool required = parameter.ParameterSets.Any(set => set.IsRequired);
        return $"-{parameter.Name} {parameter.Type}, required {required}, "
            + $"position {parameter.ParameterSets[0].Position}, "
            + $"pipeline {pipeline}, wildcards {parameter.SupportsWildcards}, aliases {aliases}, "
            + $"values {string.Join(' ', parameter.AcceptedValues)}: {parameter.Description}";
    }

    private static string Parameter(XElement parameter)
    {
        string values = string
            .Join(' ', parameter.Element(_command + "parameterValueGroup")?.Elements()
            .Select(value => value.Value) ?? []);
        return $"-{NameOf(parameter)} {TypeOf(parameter)}, required {(bool)parameter.Attribute("required")!}, "
            + $"position {parameter.Attribute("position")!.Value}, "
            + $"pipeline {parameter.Attribute("pipelineInput")!.Value}, "
            + $"wildcards {(bool)parameter.Attribute("globbing")!}, "
            + $"aliases {parameter.Attribute("aliases")!.Value}, "
            + $"values {values}: {Paragraphs(parameter.Element(_maml + "description")!)}";
    }

    private static string Names(IEnumerable<string> names) => string.Join(' ', names.Order(StringComparer.Ordinal));

    private static string NameOf(XElement parameter) => parameter.Element(_maml + "name")!.Value;

    private static string TypeOf(XElement typed) => typed.Element(_dev + "type")!.Element(_maml + "name")!.Value;

    private static string Value(XElement command, string part, string name) =>
        command.Element(_command + part)!.Element(_command + name)!.Value;

    private static string Paragraphs(XElement text) =>
        string.Join("\n\n", text.Elements(_maml + "para").Select(paragraph => paragraph.Value));

    private static string Example(XElement example) => string.Join("\n\n", [
        Paragraphs(example.Element(_maml + "introduction")!).TrimEnd(),
        example.Element(_dev + "code")!.Value,
        Paragraphs(example.Element(_dev + "remarks")!).TrimEnd(),
    ]).TrimEnd();

    private static string WithoutFences(string markdown) =>
        string.Join('\n', markdown.Split('\n').Where(line => !line.StartsWith("```", StringComparison.Ordinal)));
}
