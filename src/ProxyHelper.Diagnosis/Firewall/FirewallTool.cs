using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>
/// Runs a program that lists rules, in the network namespace of the calling thread. After 10 seconds, the program is
/// killed.
/// </summary>
internal static class FirewallTool
{
    private const int MaxOutput = 64 * 1024 * 1024; // characters; sets of addresses can be long
    private const int MaxErrorOutput = 300; // characters

    private static readonly TimeSpan _timeLimit = TimeSpan.FromSeconds(10);

    /// <summary>Runs a program, if a folder of PATH has it.</summary>
    /// <exception cref="OperationCanceledException">Thrown when the caller canceled the run.</exception>
    public static ToolOutput Run(string name, string[] arguments, CancellationToken cancellationToken)
    {
        string? path = (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
            .Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
        if (path is null)
        {
            return new ToolOutput(name, null, null);
        }

        try
        {
            return Run(name, path, arguments, cancellationToken);
        }
        catch (Exception failure) when (failure is Win32Exception or IOException or InvalidOperationException)
        {
            return new ToolOutput(name, null, failure.Message);
        }
    }

    private static ToolOutput Run(string name, string path, string[] arguments, CancellationToken cancellationToken)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // A program gets the network namespace of the thread that starts it, so no thread of the pool may start it.
        using Process process = Process.Start(new ProcessStartInfo(path, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["LC_ALL"] = "C" },
        })!;
        limited.CancelAfter(_timeLimit);
        try
        {
            process.StandardInput.Close();
            Task<string> output = ReadAsync(process.StandardOutput, MaxOutput, limited.Token);
            Task<string> errors = ReadAsync(process.StandardError, MaxErrorOutput, limited.Token);
            Task.WhenAll(output, errors, process.WaitForExitAsync(limited.Token)).GetAwaiter().GetResult();
            return process.ExitCode != 0 ? new ToolOutput(name, null, FirstLine(errors.Result, process.ExitCode))
                : output.Result.Length > MaxOutput ? new ToolOutput(name, null, "the output is too long")
                : new ToolOutput(name, output.Result, null);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new ToolOutput(name, null, $"the program did not end within {_timeLimit.TotalSeconds} seconds");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    /// <summary>
    /// Reads the output to its end. The characters after the limit are read, too, so that the program can end, but not
    /// kept.
    /// </summary>
    private static async Task<string> ReadAsync(StreamReader reader, int limit, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        char[] buffer = new char[8192];
        int count;
        while ((count = await reader.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            if (text.Length <= limit)
            {
                text.Append(buffer, 0, count);
            }
        }

        return text.ToString();
    }

    private static string FirstLine(string errors, int status)
    {
        const StringSplitOptions trimmed = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;
        return errors.Split('\n', trimmed) is [var first, ..] ? first : $"the exit status was {status}";
    }
}

/// <summary>Represents the output of a program, or the reason that it has none.</summary>
/// <param name="Tool">The name of the program.</param>
/// <param name="Text">The output. Null if the program failed or is not installed.</param>
/// <param name="Fault">The reason that the program failed. Null if it did not fail or is not installed.</param>
internal sealed record ToolOutput(string Tool, string? Text, string? Fault)
{
    /// <summary>Gets whether the program is installed.</summary>
    public bool IsInstalled => Text is not null || Fault is not null;
}
