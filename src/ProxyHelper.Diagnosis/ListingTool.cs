using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace ProxyHelper.Diagnosis;

/// <summary>
/// Runs a program that lists rules or figures, in the network namespace of the calling thread. A program that takes too
/// long is killed.
/// </summary>
internal static class ListingTool
{
    private const int MaxOutput = 64 * 1024 * 1024; // bytes; sets of addresses can be long
    private const int MaxErrorOutput = 300; // bytes

    /// <summary>Runs a program, if a folder of PATH has it.</summary>
    /// <param name="name">The name of the program.</param>
    /// <param name="arguments">The arguments. There is no shell that changes them.</param>
    /// <param name="timeLimit">The time after which the program is killed.</param>
    /// <param name="cancellationToken">Kills the program.</param>
    /// <exception cref="OperationCanceledException">Thrown when the caller canceled the run.</exception>
    public static ToolOutput Run(
        string name, string[] arguments, TimeSpan timeLimit, CancellationToken cancellationToken)
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
            var start = new ProcessStartInfo(path, arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                Environment = { ["LC_ALL"] = "C" },
            };
            return Run(name, start, timeLimit, cancellationToken);
        }
        catch (Exception failure) when (failure is Win32Exception or IOException or InvalidOperationException)
        {
            return new ToolOutput(name, null, failure.Message);
        }
    }

    private static ToolOutput Run(
        string name, ProcessStartInfo start, TimeSpan timeLimit, CancellationToken cancellationToken)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // A program gets the network namespace of the thread that starts it, so no thread of the pool may start it.
        using Process process = Process.Start(start)!;
        limited.CancelAfter(timeLimit);
        try
        {
            process.StandardInput.Close();
            var output = ReadAsync(process.StandardOutput.BaseStream, MaxOutput, limited.Token);
            var errors = ReadAsync(process.StandardError.BaseStream, MaxErrorOutput, limited.Token);
            Task.WhenAll(output, errors, process.WaitForExitAsync(limited.Token)).GetAwaiter().GetResult();
            return process.ExitCode != 0 ? new ToolOutput(name, null, FirstLine(errors.Result, process.ExitCode))
                : output.Result.Count > MaxOutput ? new ToolOutput(name, null, "the output is too long")
                : new ToolOutput(name, output.Result, null);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new ToolOutput(name, null, $"the program did not end within {timeLimit.TotalSeconds} seconds");
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
    /// Reads the output to its end. The bytes after the limit are read, too, so that the program can end, but not kept.
    /// </summary>
    private static async Task<ArraySegment<byte>> ReadAsync(
        Stream stream, int limit, CancellationToken cancellationToken)
    {
        using var output = new MemoryStream();
        byte[] buffer = new byte[32 * 1024];
        int count;
        while ((count = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            if (output.Length <= limit)
            {
                await output.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
            }
        }

        return new ArraySegment<byte>(output.GetBuffer(), 0, (int)output.Length);
    }

    private static string FirstLine(ArraySegment<byte> errors, int status)
    {
        const StringSplitOptions trimmed = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;
        return Encoding.UTF8.GetString(errors).Split('\n', trimmed) is [var first, ..]
            ? first
            : $"the exit status was {status}";
    }
}

/// <summary>Represents the output of a program, or the reason that it has none.</summary>
/// <param name="Tool">The name of the program.</param>
/// <param name="Output">The output in UTF-8. Null if the program failed or is not installed.</param>
/// <param name="Fault">The reason that the program failed. Null if it did not fail or is not installed.</param>
internal sealed record ToolOutput(string Tool, ReadOnlyMemory<byte>? Output, string? Fault)
{
    /// <summary>Gets whether the program is installed.</summary>
    public bool IsInstalled => Output is not null || Fault is not null;
}
