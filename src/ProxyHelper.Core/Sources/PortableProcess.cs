using System.ComponentModel;
using System.Diagnostics;
using ProxyHelper.Linux.Programs;

namespace ProxyHelper.Sources;

/// <summary>Represents the program of a resolver on a system other than Linux.</summary>
internal sealed class PortableProcess : CommandProcess
{
    private readonly Process _process;
    private readonly CancellationToken _stopping;
    private readonly CancellationTokenRegistration _registration;

    /// <summary>Starts a program.</summary>
    /// <exception cref="IOException">Thrown when the program cannot be started.</exception>
    public PortableProcess(CommandCall call, CancellationToken stopping)
    {
        _process = new Process { StartInfo = StartOf(call) };
        _stopping = stopping;
        try
        {
            _process.Start();
        }
        catch (Win32Exception failure)
        {
            _process.Dispose();
            throw new IOException($"start {call.Program}: {failure.Message}", failure);
        }

        _process.StandardInput.Close();
        _process.ErrorDataReceived += (_, line) => TakeError(line.Data);
        _process.BeginErrorReadLine();
        Output = new OutputStream(ReadOutput, CommandResolver.MaxOutputBytes);
        _registration = stopping.UnsafeRegister(process => Kill((Process)process!), _process);
    }

    /// <inheritdoc/>
    public override Stream Output { get; }

    /// <inheritdoc/>
    public override ProgramEnd WaitForEnd()
    {
        _process.WaitForExitAsync(_stopping).GetAwaiter().GetResult();
        return new ProgramEnd(IsKnown: true, _process.ExitCode, Signal: 0);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _registration.Dispose();
            Kill(_process);
            _process.Dispose();
        }
    }

    private static ProcessStartInfo StartOf(CommandCall call) => new(call.Program, call.Words.Skip(1))
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        CreateNoWindow = true,
        WorkingDirectory = call.Folder ?? string.Empty,
    };

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception failure) when (failure is InvalidOperationException or AggregateException or Win32Exception)
        {
            // The program has ended, or one of the programs that it started cannot be killed.
        }
    }

    private int ReadOutput(Span<byte> buffer)
    {
        int count = _process.StandardOutput.BaseStream.Read(buffer);
        _stopping.ThrowIfCancellationRequested();
        return count;
    }

    private void TakeError(string? line) => TakeErrors(System.Text.Encoding.UTF8.GetBytes($"{line}\n"));
}
