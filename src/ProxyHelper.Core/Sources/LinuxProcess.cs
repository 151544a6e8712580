using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using ProxyHelper.Linux;
using ProxyHelper.Linux.Programs;

namespace ProxyHelper.Sources;

/// <summary>
/// Represents the program of a resolver on Linux. The run ends with the first process: programs that it leaves behind
/// are killed, and cannot keep the pipes open.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class LinuxProcess : CommandProcess
{
    private readonly EventSignal _stop = EventSignal.Create();
    private readonly byte[] _errorBuffer = new byte[4096];
    private readonly List<SafeHandle> _open;
    private readonly SpawnedProgram _program;
    private readonly CancellationTokenRegistration _registration;

    /// <summary>Starts a program. The calling thread loses its ambient capabilities.</summary>
    /// <exception cref="LinuxException">Thrown when the program cannot be started.</exception>
    public LinuxProcess(CommandCall call, CancellationToken stopping)
    {
        try
        {
            _program = SpawnedProgram.Start(call.Program, call.Words, call.Environment, call.Folder);
        }
        catch
        {
            _stop.Dispose();
            throw;
        }

        _open = [_stop, _program.End, _program.Errors, _program.Output];
        Output = new OutputStream(ReadOutput, CommandResolver.MaxOutputBytes);
        _registration = stopping.UnsafeRegister(signal => ((EventSignal)signal!).Set(), _stop);
    }

    /// <inheritdoc/>
    public override Stream Output { get; }

    /// <inheritdoc/>
    public override ProgramEnd WaitForEnd() => _program.Reap();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _registration.Dispose();
            _program.Dispose();
            _stop.Dispose();
        }
    }

    /// <summary>Reads output until the program has ended and the pipes are empty, and errors on the way.</summary>
    private int ReadOutput(Span<byte> buffer)
    {
        var wait = new PollSet([.. _open]);
        while (wait.Wait(_open.Contains(_program.End) ? -1 : 0))
        {
            if (wait.IsReady(0))
            {
                throw new OperationCanceledException();
            }

            for (int place = _open.Count - 1; place > 0; place--)
            {
                SafeHandle handle = _open[place];
                int count = !wait.IsReady(place) ? -1
                    : handle == _program.Output ? _program.Output.Read(buffer)
                    : handle == _program.Errors ? ReadErrors()
                    : 0;
                if (count > 0 && handle == _program.Output)
                {
                    return count;
                }

                if (count == 0)
                {
                    _open.RemoveAt(place); // the program has ended, or one of its pipes
                }
            }

            wait = new PollSet([.. _open]);
        }

        return 0;
    }

    private int ReadErrors()
    {
        int count = _program.Errors.Read(_errorBuffer);
        TakeErrors(_errorBuffer.AsSpan(0, count));
        return count;
    }
}
