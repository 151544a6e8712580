using System.Globalization;
using System.Runtime.InteropServices;

namespace ProxyHelper.EndToEnd.Faults;

/// <summary>
/// Makes system calls of a running program fail (strace --inject). A call that fails is not executed. Disposing ends
/// the fault.
/// </summary>
internal sealed class Injection : IDisposable
{
    private const string Marker = "(INJECTED)";

    private readonly RunningProgram _program;
    private readonly RunningProgram _strace;

    private Injection(RunningProgram program, RunningProgram strace)
    {
        _program = program;
        _strace = strace;
    }

    /// <summary>Makes calls of a program fail.</summary>
    /// <param name="program">The program.</param>
    /// <param name="faults">
    /// The faults in the words of strace, separated by blanks, such as "sendto:error=ENOBUFS:when=1..40".
    /// </param>
    public static async Task<Injection> BeginAsync(RunningProgram program, string faults)
    {
        string id = program.Id.ToString(CultureInfo.InvariantCulture);
        RunningProgram strace = RunningProgram.Start("strace", ["-f", "-p", id, .. Options(faults)]);
        var injection = new Injection(program, strace);
        try
        {
            await injection._strace.AwaitAsync("attached");
            return injection;
        }
        catch
        {
            injection.Dispose();
            throw;
        }
    }

    /// <summary>Returns the arguments of strace for faults.</summary>
    public static string[] Options(string faults)
    {
        string[] each = faults.Split(' ');
        string calls = string.Join(',', each.Select(fault => fault.Split(':')[0]));
        return ["-e", $"trace={calls}", .. each.SelectMany(fault => (string[])["-e", $"inject={fault}"])];
    }

    /// <summary>Waits until a call has failed.</summary>
    public Task AwaitFaultAsync() => _strace.AwaitAsync(Marker);

    /// <summary>
    /// Ends the fault. If strace let go of a thread in the middle of a call that fails, the call would fail with
    /// ENOSYS, which no kernel returns. So the threads stop first, and a stopped thread is in the middle of no such
    /// call.
    /// </summary>
    public async Task EndAsync()
    {
        _program.Pause();
        string id = _program.Id.ToString(CultureInfo.InvariantCulture);
        _strace.AwaitTimes(Directory.GetDirectories($"/proc/{id}/task").Length, "stopped by SIGSTOP");
        _strace.Signal(PosixSignal.SIGTERM);
        await _strace.ExitAsync();
        _program.Resume();
    }

    /// <inheritdoc/>
    public void Dispose() => _strace.Dispose();
}
