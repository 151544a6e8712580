namespace ProxyHelper.Documents.Help;

/// <summary>
/// Represents an example: commands in powershell fences, each with its output in the output fence behind it.
/// </summary>
/// <param name="Title">The heading.</param>
/// <param name="Text">The whole text.</param>
/// <param name="Steps">The commands with their outputs. A command without output has no output fence.</param>
internal sealed record PageExample(string Title, string Text, IReadOnlyList<(string Command, string Output)> Steps)
{
    /// <summary>Reads the section of an example.</summary>
    public static PageExample Read(PageSection section)
    {
        var steps = new List<(string Command, string Output)>();
        foreach ((string? language, string text) in section.Fences)
        {
            switch (language)
            {
                case "powershell":
                    steps.Add((text, string.Empty));
                    break;
                case "output" when steps.Count > 0 && steps[^1].Output.Length == 0:
                    steps[^1] = (steps[^1].Command, text);
                    break;
                default:
                    throw new InvalidDataException(
                        $"'{section.Title}' has a fence that is neither a command nor the output of one: {language}");
            }
        }

        return new PageExample(section.Title, section.Text, steps);
    }
}
