using System.Text.RegularExpressions;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.EndToEnd;

/// <summary>Represents firewall rules in a code block of a document.</summary>
/// <param name="Language">"nft" for rules of nftables, "sh" for calls of iptables.</param>
/// <param name="Text">The lines of the block.</param>
internal sealed partial record DocumentedRules(string Language, string Text)
{
    /// <summary>Reads the only block of a document in a language, or the only block that contains some words.</summary>
    public static DocumentedRules Read(string document, string language, string words = "")
    {
        string text = File.ReadAllText(Path.Combine(Repository.Root, document));
        return Assert.Single(
            CodeBlocks().Matches(text).Select(
                block => new DocumentedRules(block.Groups["language"].Value, block.Groups["text"].Value)),
            rules => rules.Language == language && rules.IsForTool
                && rules.Text.Contains(words, StringComparison.Ordinal));
    }

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
            Requirement.Tool("iptables");
            host.Run(() => Tool.Run("sh", "-e", "-c", $"PATH=$PATH:/usr/sbin:/sbin\n{Text}"));
        }
    }

    /// <summary>Gets whether the block contains rules. A block for the shell may contain other commands.</summary>
    private bool IsForTool => Language != "sh" || Text.StartsWith("iptables ", StringComparison.Ordinal);

    [GeneratedRegex(
        "^```(?<language>\\w+)\n(?<text>.*?)^```$",
        RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex CodeBlocks();
}
