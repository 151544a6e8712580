using System.Diagnostics;

namespace ProxyHelper.TestSupport;

/// <summary>
/// Runs a program of the system, such as ip or conntrack, in the network namespace of the calling thread.
/// </summary>
public static class Tool
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(2);

    /// <summary>Runs a program to its end.</summary>
    /// <param name="name">The name. PATH and the folders of system tools are searched.</param>
    /// <param name="arguments">The arguments. There is no shell that changes them.</param>
    /// <returns>The standard output.</returns>
    /// <exception cref="InvalidOperationException">
    /// Thrown when the program fails, with its standard error, or does not end.
    /// </exception>
    public static string Run(string name, params string[] arguments)
    {
        string path = Requirement.Find(name) ?? throw new InvalidOperationException($"{name} is not on this machine");
        string words = string.Join(' ', [name, .. arguments]);
        using Process process = Process.Start(new ProcessStartInfo(path, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(_patience) || !Task.WaitAll([output, errors], _patience))
        {
            process.Kill(entireProcessTree: true);
            throw new InvalidOperationException($"{words} did not end in {_patience}");
        }

        return process.ExitCode == 0
            ? output.Result
            : throw new InvalidOperationException($"{words} ended with {process.ExitCode}: {errors.Result.Trim()}");
    }
}
