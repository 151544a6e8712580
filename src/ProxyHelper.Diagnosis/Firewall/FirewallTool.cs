using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>Runs a program that lists rules, in the network namespace of the calling thread. It has ten seconds, and is killed then.</summary>
internal static class FirewallTool
{
    private const int LongestOutput = 64 * 1024 * 1024; // letters; sets of addresses can be long
    private const int LongestComplaint = 300;

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);

    /// <summary>Runs it, if one of the folders in PATH has it.</summary>
    /// <exception cref="OperationCanceledException">It was ended early.</exception>
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
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // The thread that starts a program gives it its network namespace: so it is started here, and not on a thread of the pool.
        using Process process = Process.Start(new ProcessStartInfo(path, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["LC_ALL"] = "C" },
        })!;
        patience.CancelAfter(_patience);
        try
        {
            process.StandardInput.Close();
            Task<string> output = ReadAsync(process.StandardOutput, LongestOutput, patience.Token);
            Task<string> complaint = ReadAsync(process.StandardError, LongestComplaint, patience.Token);
            Task.WhenAll(output, complaint, process.WaitForExitAsync(patience.Token)).GetAwaiter().GetResult();
            return process.ExitCode != 0 ? new ToolOutput(name, null, FirstLine(complaint.Result, process.ExitCode))
                : output.Result.Length > LongestOutput ? new ToolOutput(name, null, "its output is too long")
                : new ToolOutput(name, output.Result, null);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new ToolOutput(name, null, $"it did not end in {_patience.TotalSeconds} seconds");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    /// <summary>Reads to the end; what comes behind the longest text that is wanted is read and forgotten, so that the program ends.</summary>
    private static async Task<string> ReadAsync(StreamReader reader, int longest, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        char[] buffer = new char[8192];
        int count;
        while ((count = await reader.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            if (text.Length <= longest)
            {
                text.Append(buffer, 0, count);
            }
        }

        return text.ToString();
    }

    private static string FirstLine(string complaint, int status) =>
        complaint.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is [var first, ..] ? first : $"it ended with {status}";
}
