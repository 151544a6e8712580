namespace ProxyHelper.TestSupport;

/// <summary>Starts PowerShell: an installed version, or the one that the repository pins.</summary>
public static class Shell
{
    /// <summary>Gets the path of the program that starts the shell.</summary>
    public static string Program { get; } = Path.Combine(Repository.Root, "tests", "pwsh");

    /// <summary>Returns the arguments that run a script.</summary>
    public static string[] Arguments(string script, params string[] arguments) =>
        ["-NoProfile", "-NonInteractive", "-File", script, .. arguments];

    /// <summary>Starts a shell that runs a script, in the network namespace of the calling thread.</summary>
    public static RunningProgram Start(string script, params string[] arguments) =>
        RunningProgram.Start(Program, Arguments(script, arguments));
}
