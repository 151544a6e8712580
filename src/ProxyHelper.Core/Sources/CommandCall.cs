using System.Collections;

namespace ProxyHelper.Sources;

/// <summary>Represents one start of the program of a resolver.</summary>
/// <param name="Program">The path of the program.</param>
/// <param name="Words">The name of the program and its arguments, with the ends of the query.</param>
/// <param name="Environment">The variables, such as "LANG=C".</param>
/// <param name="Folder">The folder that the program starts in, or null for that of this process.</param>
internal sealed record CommandCall(
    string Program, IReadOnlyList<string> Words, IReadOnlyList<string> Environment, string? Folder)
{
    // What systemd tells the daemon is not for its programs: a program could notify systemd in the daemon's name.
    private static readonly string[] _ofServiceManager =
        ["NOTIFY_SOCKET", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "WATCHDOG_USEC", "WATCHDOG_PID"];

    /// <summary>Returns the variables that the program gets: those of this process without those of systemd.</summary>
    public static string[] ReadEnvironment() =>
    [
        .. from DictionaryEntry variable in System.Environment.GetEnvironmentVariables()
           where !_ofServiceManager.Contains((string)variable.Key)
           select $"{variable.Key}={variable.Value}",
    ];
}
