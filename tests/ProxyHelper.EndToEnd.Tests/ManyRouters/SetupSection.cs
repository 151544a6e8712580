using System.Text.RegularExpressions;
using Xunit;

namespace ProxyHelper.EndToEnd.ManyRouters;

/// <summary>Represents a section of docs/many-routers.md, whose blocks the tests load.</summary>
/// <param name="Text">The text below the heading.</param>
internal sealed partial record SetupSection(string Text)
{
    private const string Page = "docs/many-routers.md";

    /// <summary>Gets the helper's configuration file.</summary>
    public string HelperFile => Rules("text", "allow = ").Text;

    /// <summary>Gets the settings of smtp-gated.</summary>
    public GatedSettings Gated => GatedSettings.Parse(Rules("conf").Text);

    /// <summary>Reads a section.</summary>
    public static SetupSection Read(string heading)
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, Page));
        Match section = Assert.Single(
            Sections().Matches(page), section => section.Groups["heading"].Value == heading);
        return new SetupSection(section.Groups["text"].Value);
    }

    /// <summary>Returns the only block in a language, or the only block that contains some words.</summary>
    public DocumentedRules Rules(string language, string words = "") =>
        DocumentedRules.ReadText(Text, language, words);

    [GeneratedRegex(
        @"^## (?<heading>[^\n]*)\n(?<text>.*?)(?=^## |\z)",
        RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Sections();
}
