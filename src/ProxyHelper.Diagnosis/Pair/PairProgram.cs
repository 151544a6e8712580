using System.Text;

namespace ProxyHelper.Diagnosis.Pair;

/// <summary>Represents keepalived or conntrackd on this host, in the network namespace of the calling thread.</summary>
/// <param name="IsRunning">Whether the program runs. Null if a process hides its namespace from this one.</param>
/// <param name="ConfigurationPath">The path of its configuration.</param>
internal sealed record PairProgram(bool? IsRunning, string ConfigurationPath)
{
    private const string OwnNamespace = "/proc/thread-self/ns/net";

    /// <summary>Finds a program among the processes of this host.</summary>
    /// <param name="name">The name of the program.</param>
    /// <param name="options">The options before the path of the configuration, such as "-f" and "--use-file".</param>
    /// <param name="defaultPath">The path without such an option.</param>
    public static PairProgram Find(string name, string[] options, string defaultPath)
    {
        string? own = new FileInfo(OwnNamespace).LinkTarget;
        bool? isRunning = false;
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!char.IsAsciiDigit(Path.GetFileName(folder)[0]) || ReadFile($"{folder}/comm").TrimEnd('\n') != name)
            {
                continue;
            }

            string? other = ReadLink($"{folder}/ns/net");
            string[] arguments = ReadFile($"{folder}/cmdline").Split('\0', StringSplitOptions.RemoveEmptyEntries);
            if (other is not null && other == own && arguments.Length > 0) // A process that has ended has no arguments.
            {
                string path = FindPath(arguments, options) ?? defaultPath;
                return new PairProgram(true, Path.Combine(ReadLink($"{folder}/cwd") ?? "/", path));
            }

            isRunning = other is null ? null : isRunning;
        }

        return new PairProgram(isRunning, defaultPath);
    }

    /// <summary>Returns the value of an option: "-f FILE", "-fFILE", "--use-file FILE" or "--use-file=FILE".</summary>
    internal static string? FindPath(string[] arguments, string[] options)
    {
        for (int index = 1; index < arguments.Length; index++)
        {
            string argument = arguments[index];
            foreach (string option in options)
            {
                string before = option.StartsWith("--", StringComparison.Ordinal) ? $"{option}=" : option;
                if (argument == option)
                {
                    return index + 1 < arguments.Length ? arguments[index + 1] : null;
                }

                if (argument.StartsWith(before, StringComparison.Ordinal))
                {
                    return argument[before.Length..];
                }
            }
        }

        return null;
    }

    private static string ReadFile(string path)
    {
        try
        {
            return File.ReadAllText(path, Encoding.UTF8);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return string.Empty; // The process has ended, or is hidden.
        }
    }

    private static string? ReadLink(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
