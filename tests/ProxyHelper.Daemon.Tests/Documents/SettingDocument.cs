using System.Text.RegularExpressions;
using ProxyHelper.TestSupport;

namespace ProxyHelper.Daemon.Documents;

/// <summary>Reads the settings that the documents describe.</summary>
internal static partial class SettingDocument
{
    /// <summary>Reads the table in a section of docs/reference/configuration.md.</summary>
    public static IReadOnlyList<DocumentedSetting> ReadPage(string section)
    {
        string text = ReadFile("docs/reference/configuration.md").Split($"\n## {section}\n")[1].Split("\n## ")[0];
        return
        [
            .. from line in text.Split('\n')
               where line.StartsWith("| `", StringComparison.Ordinal)
               let cells = line.Trim('|', ' ').Split(" | ")
               select new DocumentedSetting(
                   cells[0].Trim('`'), cells[1], cells[2], cells[3] == "yes",
                   cells[1].Contains("repeatable", StringComparison.Ordinal)),
        ];
    }

    /// <summary>Reads a manual page of a configuration file.</summary>
    public static IReadOnlyList<DocumentedSetting> ReadManual(string name) =>
    [
        .. from item in Item().Matches(ReadFile($"src/ProxyHelper.Daemon/package/man/{name}"))
           let text = Macro().Replace(item.Groups["text"].Value, string.Empty).ReplaceLineEndings(" ")
           select new DocumentedSetting(
               item.Groups["name"].Value,
               $"{item.Groups["value"].Value}\n{text}",
               Default().Match(text) is { Success: true } given ? given.Groups["words"].Value : "required",
               !text.Contains("A change takes effect after a restart.", StringComparison.Ordinal),
               text.Contains("can be repeated", StringComparison.Ordinal)),
    ];

    private static string ReadFile(string path) => File.ReadAllText(Path.Combine(Repository.Root, path));

    // Such as: .It Cm rate No = Ar NUMBER
    [GeneratedRegex(
        @"^\.It Cm (?<name>[a-z-]+) No = \w+ (?<value>[^\n]*)\n(?<text>.*?)(?=^\.(It|El))",
        RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Item();

    [GeneratedRegex(@"^\.[A-Z][a-z] ", RegexOptions.Multiline)]
    private static partial Regex Macro();

    [GeneratedRegex(@"The default is (?<words>[^.:,]+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Default();
}
