using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace ProxyHelper.Linux.Programs;

/// <summary>
/// Represents a program that runs in a session of its own, without a terminal and without input. It and all programs
/// that it starts are one process group, which can be killed at once. System.Diagnostics.Process makes no group, and
/// hands the held signals of the daemon down.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed partial class SpawnedProgram : IDisposable
{
    private const int Kill = 9; // SIGKILL
    private const int Exited = 1; // CLD_EXITED (asm-generic/siginfo.h)
    private const int ByNumber = 1; // P_PID (linux/wait.h)
    private const int WaitForEnd = 4; // WEXITED
    private const int OpenProcess = 434; // the number of pidfd_open on each processor

    private readonly int _id;
    private int _isReaped;

    private SpawnedProgram(int id, OutputPipe output, OutputPipe errors)
    {
        _id = id;
        Output = output;
        Errors = errors;
        End = new SafeFileHandle((nint)Math.Max(-1, OpenCall(OpenProcess, id, 0)), ownsHandle: true);
    }

    /// <summary>Gets the pipe of the standard output.</summary>
    public OutputPipe Output { get; }

    /// <summary>Gets the pipe of the standard error.</summary>
    public OutputPipe Errors { get; }

    /// <summary>
    /// Gets a descriptor that becomes ready when the program has ended. It is invalid before Linux 5.3.
    /// </summary>
    public SafeFileHandle End { get; }

    /// <summary>
    /// Starts a program. The program does not get the ambient capabilities of the calling thread, which loses them.
    /// </summary>
    /// <param name="path">The path of the program.</param>
    /// <param name="arguments">The arguments, from the name of the program on. No shell reads them.</param>
    /// <param name="environment">The variables, such as "LANG=C".</param>
    /// <param name="folder">The folder that the program starts in, or null for that of this process.</param>
    /// <exception cref="LinuxException">Thrown when the program cannot be started.</exception>
    public static SpawnedProgram Start(
        string path, IReadOnlyList<string> arguments, IEnumerable<string> environment, string? folder)
    {
        const int ambient = 47, clearAll = 4; // PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL (linux/prctl.h)
        _ = ControlCall(ambient, clearAll, 0, 0, 0); // fails only before Linux 4.3, which has no such capabilities
        (OutputPipe output, OutputPipe outputWriter) = OutputPipe.Open();
        using OutputPipe first = outputWriter;
        try
        {
            (OutputPipe errors, OutputPipe errorWriter) = OutputPipe.Open();
            using OutputPipe second = errorWriter;
            try
            {
                using var plan = new SpawnPlan();
                plan.Prepare(outputWriter, errorWriter, folder);
                return new SpawnedProgram(plan.Start(path, arguments, environment), output, errors);
            }
            catch
            {
                errors.Dispose();
                throw;
            }
        }
        catch
        {
            output.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Kills the program and all programs of its group, waits for its end, and closes the pipes. The number of the
    /// group cannot be in use again before.
    /// </summary>
    /// <returns>How the program ended. The end of a program that was killed is "signal 9".</returns>
    public ProgramEnd Reap()
    {
        ProgramEnd end = default;
        if (Interlocked.Exchange(ref _isReaped, 1) == 0)
        {
            KillGroup();
            end = Wait();
            End.Dispose();
            Output.Dispose();
            Errors.Dispose();
        }

        return end;
    }

    /// <inheritdoc/>
    public void Dispose() => Reap();

    private void KillGroup() => _ = KillCall(-_id, Kill); // the group exists until its first process is reaped

    private ProgramEnd Wait()
    {
        // siginfo_t: the signal, an error, a code, and from the fifth number on the process, the user and the status
        Span<int> info = stackalloc int[32];
        int result;
        do
        {
            info.Clear();
            result = WaitCall(ByNumber, _id, info, WaitForEnd, 0);
        }
        while (result < 0 && LinuxHandle.LastError() == Errno.EINTR);

        // ECHILD: this process ignores SIGCHLD, so that the kernel keeps no status.
        return result < 0 ? new ProgramEnd(IsKnown: false, 0, 0)
            : info[2] == Exited ? new ProgramEnd(IsKnown: true, info[6], 0)
            : new ProgramEnd(IsKnown: true, 0, info[6]);
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint OpenCall(nint number, nint process, nint flags);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int KillCall(int process, int signal);

    [LibraryImport("libc", EntryPoint = "waitid", SetLastError = true)]
    private static partial int WaitCall(int kind, int process, Span<int> info, int options, nint usage);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int ControlCall(int operation, nuint first, nuint second, nuint third, nuint fourth);
}

/// <summary>Represents how a program ended.</summary>
/// <param name="IsKnown">Whether the kernel told this process.</param>
/// <param name="Status">The exit status.</param>
/// <param name="Signal">The signal that ended the program, or 0.</param>
internal readonly record struct ProgramEnd(bool IsKnown, int Status, int Signal)
{
    /// <summary>Gets whether the program reports success.</summary>
    public bool IsSuccess => IsKnown && Status == 0 && Signal == 0;

    /// <summary>Returns the end as words after "The program".</summary>
    public override string ToString() => !IsKnown ? "ended with an unknown exit status"
        : Signal != 0 ? string.Create(CultureInfo.InvariantCulture, $"was ended by signal {Signal}")
        : string.Create(CultureInfo.InvariantCulture, $"ended with exit status {Status}");
}
