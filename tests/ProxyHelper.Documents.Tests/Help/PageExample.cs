namespace ProxyHelper.Documents.Help;

/// <summary>An example: commands, in powershell fences, each with the output that is to come of it, in the output fence after it.</summary>
/// <param name="Title">Its heading.</param>
/// <param name="Text">All of it, as it was written.</param>
/// <param name="Steps">The commands with their outputs; a command that shows nothing has no output fence.</param>
internal sealed record PageExample(string Title, string Text, IReadOnlyList<(string Command, string Output)> Steps)
{
    /// <summary>Reads an example's section.</summary>
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
                    throw new InvalidDataException($"'{section.Title}' has a fence that is neither a command nor the output of one: {language}");
            }
        }

        return new PageExample(section.Title, section.Text, steps);
    }
}
