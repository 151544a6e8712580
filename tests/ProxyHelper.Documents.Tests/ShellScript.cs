using System.Text.RegularExpressions;

namespace ProxyHelper.Documents;

/// <summary>Finds the commands in a shell script of a document.</summary>
internal static partial class ShellScript
{
    // Programs that the product and its tests need, or that every Debian has.
    private static readonly HashSet<string> _programs = new(StringComparer.Ordinal)
    {
        "apt-get", "arping", "basename", "cat", "cd", "chmod", "cp", "conntrack", "conntrackd", "curl", "dotnet",
        "echo", "id", "install", "ip", "iptables", "iptables-restore", "iptables-save", "journalctl", "kill",
        "libfuzzer-dotnet", "mitmdump", "mkdir", "modprobe", "nft", "printf", "proxy-helper", "pwsh", "rm", "sed",
        "setpriv", "sharpfuzz", "sleep", "ss", "ssh-keygen", "ssh-keyscan", "start-stop-daemon", "sysctl", "systemctl",
        "tail", "tcpdump", "tee", "umask", "useradd", "xargs", "xxd",
    };

    /// <summary>
    /// Returns the faults of the commands: a program that is not known, or a file that the repository does not have.
    /// </summary>
    /// <param name="text">The script.</param>
    /// <param name="document">
    /// The document. A block above the script can have set its variables, and its folder can have the script's files.
    /// </param>
    public static IEnumerable<string> Faults(string text, Document document) => Commands(text)
        .Select(words => words.Split(' ')[0])
        .Where(word => !IsThere(word, document))
        .Select(word => $"there is no program {word}");

    /// <summary>Returns the commands with their arguments, without quoted text.</summary>
    public static IEnumerable<string> Commands(string text)
    {
        string plain = Comments()
            .Replace(Quoted().Replace(text.Replace("\\\n", " ", StringComparison.Ordinal), "_"), string.Empty);
        return Separators().Split(plain)
            .Select(command => Prefixes().Replace(Spaces().Replace(command.Trim(), " "), string.Empty))
            .Where(command => command.Length > 0 && !command.StartsWith("for ", StringComparison.Ordinal)
                && command is not ("do" or "done" or "fi"));
    }

    private static bool IsThere(string word, Document document)
    {
        if (word.StartsWith('$'))
        {
            return document.Text.Contains($"\n{word[1..]}=", StringComparison.Ordinal);
        }

        return _programs.Contains(word) || (word.Contains('/')
            // A test program, or a script.
            && (word.StartsWith("./ProxyHelper.", StringComparison.Ordinal)
                || File.Exists(Path.Combine(Document.Root, word))
                || File.Exists(Path.Combine(Document.Root, Path.GetDirectoryName(document.Path)!, word))));
    }

    [GeneratedRegex("'[^']*'|\"[^\"]*\"")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"(?<=^|\s)#.*$", RegexOptions.Multiline)]
    private static partial Regex Comments();

    [GeneratedRegex(@"\n|;|&&|\|\|?|\$\(|\(|\)")]
    private static partial Regex Separators();

    // Variables, and programs that run the words behind them.
    [GeneratedRegex(@"^(do |then |if |sudo |\w+=\S*( |$))+")]
    private static partial Regex Prefixes();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
