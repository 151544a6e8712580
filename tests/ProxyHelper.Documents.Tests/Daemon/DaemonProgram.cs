using System.Diagnostics;

namespace ProxyHelper.Documents.Daemon;

/// <summary>Runs the daemon of this build.</summary>
internal static class DaemonProgram
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(1);

    /// <summary>Gets the path of the program.</summary>
    public static string Path { get; } = System.IO.Path.Combine(
        Repository.Root, "src/ProxyHelper.Daemon/bin/Release/net10.0/proxy-helper");

    /// <summary>Runs the program to its end.</summary>
    /// <returns>The exit status and the standard error.</returns>
    public static (int Status, string Errors) Run(params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(Path, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> errors = process.StandardError.ReadToEndAsync(), output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(_patience) || !Task.WaitAll([errors, output], _patience))
        {
            process.Kill();
            Assert.Fail($"proxy-helper {string.Join(' ', arguments)} did not end.");
        }

        return (process.ExitCode, errors.Result);
    }
}
