using System.Diagnostics;

namespace ProxyHelper.TestSupport;

/// <summary>A program of the system's, such as ip or conntrack, run in the network namespace of the calling thread.</summary>
public static class Tool
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(2);

    /// <summary>Runs the program to its end.</summary>
    /// <param name="name">Its name; it is looked for in PATH and in the folders for system tools.</param>
    /// <param name="arguments">Its arguments, each as it is: no shell is in between.</param>
    /// <returns>What it wrote to its standard output.</returns>
    /// <exception cref="InvalidOperationException">It failed, with what it wrote to its standard error, or it did not end.</exception>
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
