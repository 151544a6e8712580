using System.Text.RegularExpressions;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.EndToEnd;

/// <summary>Represents firewall rules in a code block of a document.</summary>
/// <param name="Language">"nft" for rules of nftables, "sh" for calls of iptables or "ip route".</param>
/// <param name="Text">The lines of the block.</param>
internal sealed partial record DocumentedRules(string Language, string Text)
{
    /// <summary>Reads the only block of a document in a language, or the only block that contains some words.</summary>
    public static DocumentedRules Read(string document, string language, string words = "") =>
        ReadText(File.ReadAllText(Path.Combine(Repository.Root, document)), language, words);

    /// <summary>Reads such a block of a section of a document.</summary>
    public static DocumentedRules ReadText(string text, string language, string words = "") => Assert.Single(
        CodeBlocks().Matches(text).Select(
            block => new DocumentedRules(block.Groups["language"].Value, block.Groups["text"].Value)),
        rules => rules.Language == language && rules.IsForTool
            && rules.Text.Contains(words, StringComparison.Ordinal));

    /// <summary>Returns the rules with some words replaced.</summary>
    public DocumentedRules With(string words, string others) =>
        this with { Text = Text.Replace(words, others, StringComparison.Ordinal) };

    /// <summary>Loads the rules on a host. Skips the running test if the tool is missing.</summary>
    public void Load(NetworkHost host)
    {
        if (Language == "nft")
        {
            Requirement.Tool("nft");
            host.Run(() => Tool.Run("nft", Text));
        }
        else
        {
            Requirement.Tool(Text.Split(' ')[0]);
            host.Run(() => Tool.Run("sh", "-e", "-c", $"PATH=$PATH:/usr/sbin:/sbin\n{Text}"));
        }
    }

    /// <summary>Gets whether the block contains rules. A block for the shell may contain other commands.</summary>
    private bool IsForTool => Language != "sh"
        || Text.StartsWith("iptables ", StringComparison.Ordinal)
        || Text.StartsWith("ip route ", StringComparison.Ordinal);

    [GeneratedRegex(
        "^```(?<language>\\w+)\n(?<text>.*?)^```$",
        RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex CodeBlocks();
}
