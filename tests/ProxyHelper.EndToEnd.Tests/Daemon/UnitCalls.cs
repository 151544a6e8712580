using System.Text.RegularExpressions;
using ProxyHelper.TestSupport;

namespace ProxyHelper.EndToEnd.Daemon;

/// <summary>Reads the system calls that a unit allows, and those that a traced program made.</summary>
internal static partial class UnitCalls
{
    /// <summary>Returns the system calls that strace wrote to a file.</summary>
    public static async Task<string[]> ReadMadeAsync(string trace)
    {
        string calls = await File.ReadAllTextAsync(trace, Patience.Token());
        return [.. SystemCall().Matches(calls).Select(call => call.Value).Distinct()];
    }

    /// <summary>Returns the system calls that the filter allows. A line that starts with ~ removes calls.</summary>
    public static HashSet<string> ReadAllowed(string unit)
    {
        var allowed = new HashSet<string>(StringComparer.Ordinal);
        foreach (Match filter in Filter().Matches(File.ReadAllText(unit)))
        {
            HashSet<string> named = [.. filter.Groups["names"].Value.Split(' ').SelectMany(Members)];
            if (filter.Groups["without"].Success)
            {
                allowed.ExceptWith(named);
            }
            else
            {
                allowed.UnionWith(named);
            }
        }

        return allowed;
    }

    private static IEnumerable<string> Members(string name) => name.StartsWith('@')
        ? Tool.Run("systemd-analyze", "syscall-filter", name).Split('\n').Select(line => line.Trim())
            .Where(line => line.Length > 0 && line[0] != '#' && line != name).SelectMany(Members)
        : [name];

    [GeneratedRegex(@"^SystemCallFilter=(?<without>~)?(?<names>.*)$", RegexOptions.Multiline)]
    private static partial Regex Filter();

    [GeneratedRegex(@"(?<=^\d+ +)[a-z_0-9]+(?=\()", RegexOptions.Multiline)]
    private static partial Regex SystemCall();
}
