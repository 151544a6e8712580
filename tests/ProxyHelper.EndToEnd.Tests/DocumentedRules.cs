using System.Text.RegularExpressions;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.EndToEnd;

/// <summary>Firewall rules as a document gives them, in a code block whose language says how they are loaded.</summary>
/// <param name="Language">"nft" for rules of nftables, "sh" for calls of iptables.</param>
/// <param name="Text">The block's lines.</param>
internal sealed partial record DocumentedRules(string Language, string Text)
{
    /// <summary>Reads the document's only rules in a language, or the only ones there that have some words.</summary>
    public static DocumentedRules Read(string document, string language, string words = "")
    {
        string text = File.ReadAllText(Path.Combine(Repository.Root, document));
        return Assert.Single(
            CodeBlocks().Matches(text).Select(block => new DocumentedRules(block.Groups["language"].Value, block.Groups["text"].Value)),
            rules => rules.Language == language && rules.IsForTool && rules.Text.Contains(words, StringComparison.Ordinal));
    }

    /// <summary>The same rules with other words in place of some.</summary>
    public DocumentedRules With(string words, string others) => this with { Text = Text.Replace(words, others, StringComparison.Ordinal) };

    /// <summary>Loads them on a host. Skips the running test where the tool is missing.</summary>
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

    /// <summary>Whether it has rules at all: a block for the shell can be something else.</summary>
    private bool IsForTool => Language != "sh" || Text.StartsWith("iptables ", StringComparison.Ordinal);

    [GeneratedRegex("^```(?<language>\\w+)\n(?<text>.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex CodeBlocks();
}
