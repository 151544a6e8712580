using System.Globalization;
using System.Management.Automation;

namespace ProxyHelper.Documents.Help;

/// <summary>Compares the pages in docs/en-US with the cmdlets.</summary>
public sealed class HelpPageTests
{
    private static readonly string[] _defaultPhrases = ["the default is ", "by default, ", "there is no default."];
    private static readonly string[] _timeUnits = ["second", "seconds"];

    /// <summary>Gets the cmdlet of each page.</summary>
    public static TheoryData<string> Commands { get; } = [.. HelpPage.Names];

    [Fact]
    public void Each_cmdlet_has_a_page_and_each_page_a_cmdlet()
    {
        using var session = new EngineSession();
        Assert.Equal(
            session.Run("(Get-Module ProxyHelper).ExportedCmdlets.Keys").Select(name => (string)name.BaseObject)
                .Order(StringComparer.Ordinal),
            HelpPage.Names);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void The_front_matter_is_what_PlatyPS_needs(string command)
    {
        IReadOnlyDictionary<string, string> frontMatter = HelpPage.Read(command).FrontMatter;
        Assert.Equal("cmdlet", frontMatter["document type"]);
        Assert.Equal("ProxyHelper.PowerShell.dll-Help.xml", frontMatter["external help file"]);
        Assert.Equal("en-US", frontMatter["Locale"]);
        Assert.Equal("ProxyHelper", frontMatter["Module Name"]);
        Assert.Equal("2024-05-01", frontMatter["PlatyPS schema version"]);
        Assert.Equal(command, frontMatter["title"]);
        Assert.Contains("HelpUri", frontMatter.Keys);
        Assert.True(DateTime
            .TryParseExact(frontMatter["ms.date"], "MM/dd/yyyy", CultureInfo.InvariantCulture, DateTimeStyles.None,
            out _));
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_section_says_something(string command)
    {
        PageSection page = HelpPage.Read(command).Content;
        Assert.Equal(command, page.Title);
        Assert.Equal(
            ["SYNOPSIS", "SYNTAX", "ALIASES", "DESCRIPTION", "EXAMPLES", "PARAMETERS", "INPUTS", "OUTPUTS", "NOTES",
                "RELATED LINKS"],
            page.Parts.Select(part => part.Title));
        Assert.All(page.Parts.Concat(page["INPUTS"].Parts).Concat(page["OUTPUTS"].Parts), part =>
            Assert.True(part.Text.Length > 0 || part.Parts.Count > 0, part.Title));
        Assert.All(HelpPage.Read(command).Links, link =>
            Assert.True(File.Exists(Path.Combine(HelpPage.Folder, link.Target)), link.Target));
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void The_parameters_are_those_that_the_cmdlet_has(string command)
    {
        using var session = new EngineSession();
        Assert.Equal(PageParameter.Of(Find(session, command)).Select(one => one.ToString()),
            HelpPage.Read(command).Parameters.Select(one => one.ToString()));
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void The_syntax_is_what_the_engine_prints(string command)
    {
        using var session = new EngineSession();
        Assert.Equal(
            Find(session, command).ParameterSets
                .Select(set => (set.IsDefault ? $"{set.Name} (Default)" : set.Name, $"{command} {set}")),
            HelpPage.Read(command).Syntax);
    }

    /// <summary>
    /// PlatyPS leaves the default empty in the line that Get-Help has for it, so the text must state the default.
    /// </summary>
    [Theory]
    [MemberData(nameof(Commands))]
    public void Each_parameter_says_what_it_takes_and_what_happens_without_it(string command)
    {
        using var session = new EngineSession();
        CmdletInfo cmdlet = Find(session, command);
        foreach (PageParameter parameter in HelpPage.Read(command).Parameters)
        {
            ParameterMetadata real = cmdlet.Parameters[parameter.Name];
            string[] words = [.. parameter.Description.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries)
                .Select(word => word.Trim(',', ';', ':', '.', '(', ')'))];
            Assert.All(Bounds(real), bound => Assert.Contains(bound, words));
            Assert.All(PageParameter.Enumeration(real) is { } type ? Enum.GetNames(type) : [], name =>
                Assert.Contains(name, words));
            Assert.True(
                !IsTime(real) || words.Intersect(_timeUnits).Any(),
                $"-{real.Name} of {command} does not say the unit of its time");
            Assert.True(
                real.ParameterSets.Values.All(set => set.IsMandatory)
                    || Cmdlet.OptionalCommonParameters.Contains(real.Name)
                    || SaysDefault(parameter.Description.ReplaceLineEndings(" ")),
                $"-{real.Name} of {command} does not say what happens without it");
        }
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void The_outputs_are_those_that_the_cmdlet_declares(string command)
    {
        using var session = new EngineSession();
        Assert.Equal(
            Find(session, command).OutputType.Select(type => type.Name).Order(StringComparer.Ordinal),
            HelpPage.Read(command).Content["OUTPUTS"].Parts.Select(part => part.Title).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void The_inputs_are_the_types_that_the_pipeline_binds(string command)
    {
        using var session = new EngineSession();
        string[] piped = [.. Find(session, command).Parameters.Values
            .Where(parameter => parameter.ParameterSets.Values
                .Any(set => set.ValueFromPipeline || set.ValueFromPipelineByPropertyName))
            .Select(parameter => parameter.ParameterType.ToString())];
        string[] told = [.. HelpPage.Read(command).Content["INPUTS"].Parts.Select(part => part.Title)];
        Assert.All(piped.DefaultIfEmpty("None"), type => Assert.Contains(type, told));
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void There_are_at_least_three_examples_and_each_has_a_command(string command)
    {
        PageExample[] examples = [.. HelpPage.Read(command).Examples];
        Assert.InRange(examples.Length, 3, int.MaxValue);
        Assert.All(examples, example => Assert.NotEmpty(example.Steps));
        Assert.All(examples, example =>
            Assert.Contains(example.Steps, step =>
                step.Command.Contains(command, StringComparison.Ordinal)
                || step.Command.Contains("Receive-Job", StringComparison.Ordinal)));
        Assert.Equal(Enumerable.Range(1, examples.Length).Select(number => $"Example {number}"),
            examples.Select(example => example.Title.Split(':')[0]));
    }

    private static bool IsTime(ParameterMetadata parameter) =>
        parameter.ParameterType == typeof(TimeSpan)
        || parameter.Name.EndsWith("Seconds", StringComparison.Ordinal);

    private static bool SaysDefault(string description) =>
        _defaultPhrases.Any(words => description.Contains(words, StringComparison.OrdinalIgnoreCase));

    private static CmdletInfo Find(EngineSession session, string command) =>
        session.One<CmdletInfo>($"Get-Command {command}");

    private static IEnumerable<string> Bounds(ParameterMetadata parameter) => parameter.Attributes
        .SelectMany(attribute => attribute switch
        {
            ValidateCountAttribute count => [count.MinLength, count.MaxLength],
            _ => Range(attribute),
        })
        .Select(bound => Convert.ToString(bound, CultureInfo.InvariantCulture)!);

    // The module's own attributes for numbers have these properties.
    private static object[] Range(Attribute attribute) =>
    [
        .. from name in (string[])["Minimum", "Maximum"]
           let bound = attribute.GetType().GetProperty(name)?.GetValue(attribute)
           where bound is not null
           select bound,
    ];
}
