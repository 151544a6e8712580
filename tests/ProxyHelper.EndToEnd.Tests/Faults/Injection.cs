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

    private readonly RunningProgram _strace;

    private Injection(RunningProgram strace)
    {
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
        var injection = new Injection(RunningProgram.Start("strace", ["-f", "-p", id, .. Options(faults)]));
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

    /// <summary>Ends the fault.</summary>
    public async Task EndAsync()
    {
        _strace.Signal(PosixSignal.SIGTERM); // strace lets the program continue
        await _strace.ExitAsync();
    }

    /// <inheritdoc/>
    public void Dispose() => _strace.Dispose();
}
