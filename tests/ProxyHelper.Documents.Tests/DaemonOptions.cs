using System.Text.RegularExpressions;

namespace ProxyHelper.Documents;

/// <summary>Reads the options of the daemon from its own help.</summary>
internal static partial class DaemonOptions
{
    /// <summary>Returns the long and the short options, such as --port and -P.</summary>
    /// <param name="command">The words before the options, such as "relay".</param>
    public static IReadOnlyList<string> Read(params string[] command)
    {
        string help = Tool.Run(
            Path.Combine(Repository.Root, "src/ProxyHelper.Daemon/bin/Release/net10.0/proxy-helper"),
            [.. command, "--help"]);
        string[] options = [.. Option().Matches(help).Select(match => match.Value).Distinct()];
        return options.Length > 10 ? options : throw new InvalidOperationException($"There are no options in: {help}");
    }

    [GeneratedRegex(@"(?<=^  |, )-{1,2}[A-Za-z-]+", RegexOptions.Multiline)]
    private static partial Regex Option();
}
