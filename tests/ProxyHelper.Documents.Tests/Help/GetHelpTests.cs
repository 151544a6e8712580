namespace ProxyHelper.Documents.Help;

/// <summary>
/// Tests that Get-Help shows the text of the pages. Tests of Get-Help in the shell are in tests/Shell/Module.Tests.ps1.
/// </summary>
public sealed class GetHelpTests
{
    [Theory]
    [MemberData(nameof(HelpPageTests.Commands), MemberType = typeof(HelpPageTests))]
    public void Full_help_has_the_texts_of_the_page(string command)
    {
        using var session = new EngineSession();
        HelpPage page = HelpPage.Read(command);
        Assert.Equal(page.Content["SYNOPSIS"].Text, session.One($"(Get-Help {command}).Synopsis.Trim()").ToString());
        string screen = Words(session.Show($"Get-Help {command} -Full"));
        string[] texts =
        [
            page.Content["SYNOPSIS"].Text, page.Content["DESCRIPTION"].Text, page.Content["NOTES"].Text,
            .. page.Parameters.Select(parameter => parameter.Description),
            .. page.Content["INPUTS"].Parts.Concat(page.Content["OUTPUTS"].Parts)
                .SelectMany(type => new[] { type.Title, type.Text }),
            .. page.Links.Select(link => link.Text),
        ];
        Assert.All(texts, text => Assert.Contains(Words(text), screen, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(HelpPageTests.Commands), MemberType = typeof(HelpPageTests))]
    public void Examples_are_shown_with_their_commands_and_outputs(string command)
    {
        using var session = new EngineSession();
        string screen = Words(session.Show($"Get-Help {command} -Examples"));
        foreach (PageExample example in HelpPage.Read(command).Examples)
        {
            Assert.Contains(Words(example.Title), screen, StringComparison.Ordinal);
            Assert.All(example.Steps, step => Assert.Contains(Words(step.Command), screen, StringComparison.Ordinal));
            Assert.All(example.Steps, step => Assert.Contains(Words(step.Output), screen, StringComparison.Ordinal));
        }

        Assert.DoesNotContain("```", screen, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(HelpPageTests.Commands), MemberType = typeof(HelpPageTests))]
    public void The_code_of_an_example_is_its_first_command(string command)
    {
        using var session = new EngineSession();
        Assert.Equal(
            HelpPage.Read(command).Examples.Select(example => example.Steps[0].Command.TrimEnd()),
            session.Run($"(Get-Help {command}).examples.example.code").Select(code => $"{code}"));
    }

    [Theory]
    [MemberData(nameof(HelpPageTests.Commands), MemberType = typeof(HelpPageTests))]
    public void Each_related_link_is_a_topic_of_Get_Help(string command)
    {
        using var session = new EngineSession();
        string[] links =
            [.. session.Run($"(Get-Help {command}).relatedLinks.navigationLink.linkText").Select(text => $"{text}")];
        Assert.NotEmpty(links);
        foreach (string link in links)
        {
            Assert.Single(session.Run($"Get-Help {link}"));
            Assert.Empty(session.Errors);
        }
    }

    [Theory]
    [MemberData(nameof(HelpPageTests.Commands), MemberType = typeof(HelpPageTests))]
    public void Online_help_says_that_it_does_not_exist(string command)
    {
        using var session = new EngineSession();
        session.Run($"try {{ Get-Help {command} -Online }} catch {{ $caught = $_ }}");
        Assert.Contains("is not specified", session.One("\"$caught\"").ToString(), StringComparison.Ordinal);
    }

    // The screen breaks lines at its width, also within a word.
    private static string Words(string text) => string.Concat(text.Where(letter => !char.IsWhiteSpace(letter)));
}
