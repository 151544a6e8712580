using System.Text.RegularExpressions;

namespace ProxyHelper.EndToEnd;

/// <summary>Reads the options of the daemon from its help.</summary>
internal static partial class DaemonOptions
{
    /// <summary>Returns the long and short options, such as --port and -P.</summary>
    public static async Task<IReadOnlyList<string>> ReadAsync(PublishedDaemon daemon)
    {
        using RunningProgram program = RunningProgram.Start(daemon.Program, "--help");
        int status = await program.ExitAsync();
        string[] options = [.. Option().Matches(program.Output).Select(match => match.Value).Distinct()];
        return status == 0 && options.Length > 10
            ? options
            : throw new InvalidOperationException($"The help has no options: {program.Output}");
    }

    [GeneratedRegex(@"(?<=^  |, )-{1,2}[A-Za-z-]+", RegexOptions.Multiline)]
    private static partial Regex Option();
}
