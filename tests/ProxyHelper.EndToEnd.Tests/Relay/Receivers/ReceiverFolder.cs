using System.Text.RegularExpressions;
using Xunit;

namespace ProxyHelper.EndToEnd.Relay.Receivers;

/// <summary>
/// Represents the folder of a receiver: its configuration, which is a block of docs/relay.md with other paths, and its
/// logs.
/// </summary>
internal sealed partial class ReceiverFolder : IDisposable
{
    private const string Page = "docs/relay.md";

    private readonly string _path = Directory.CreateTempSubdirectory("proxy-helper-receiver-").FullName;

    /// <summary>Makes the folder. The users that receivers run as can write to it.</summary>
    public ReceiverFolder()
    {
        const UnixFileMode all = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
            | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        File.SetUnixFileMode(_path, all);
    }

    /// <summary>Returns the only block of the page in a language that contains some words.</summary>
    public static string ReadBlock(string language, string words = "")
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, Page));
        return Assert.Single(
            CodeBlocks().Matches(page).Where(block => block.Groups["language"].Value == language)
                .Select(block => block.Groups["text"].Value),
            text => text.Contains(words, StringComparison.Ordinal));
    }

    /// <summary>Returns code in a sentence or a table of the page that begins with some words.</summary>
    public static string ReadCode(string words)
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, Page));
        return Assert.Single(page.Split('`'), code => code.StartsWith(words, StringComparison.Ordinal));
    }

    /// <summary>Writes a configuration.</summary>
    /// <returns>The path of the file.</returns>
    public string Write(string configuration)
    {
        string path = PathOf("configuration");
        File.WriteAllText(path, Localize(configuration));
        return path;
    }

    /// <summary>
    /// Replaces paths below /var/log and /run by paths of this folder, so that a receiver of this machine keeps its own
    /// files.
    /// </summary>
    public string Localize(string text) => OwnPaths().Replace(text, match => PathOf(match.Groups["name"].Value));

    /// <summary>Returns the path of a file of the folder.</summary>
    public string PathOf(string name) => Path.Combine(_path, name);

    /// <summary>Returns the text of a log, which can be absent yet.</summary>
    public string Read(string name) => File.Exists(PathOf(name)) ? File.ReadAllText(PathOf(name)) : string.Empty;

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_path, recursive: true);

    [GeneratedRegex(@"/(var/log|run)/([\w-]+/)?(?<name>[\w.]+)", RegexOptions.ExplicitCapture)]
    private static partial Regex OwnPaths();

    [GeneratedRegex(
        "^```(?<language>\\w+)\n(?<text>.*?)^```$",
        RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex CodeBlocks();
}
