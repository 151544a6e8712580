using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace ProxyHelper.TestSupport;

/// <summary>Represents a program that runs during a test, and its output.</summary>
public sealed partial class RunningProgram : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly List<(string Words, TaskCompletionSource Seen)> _awaited = [];

    private RunningProgram(string name, string[] arguments)
    {
        // A script that starts the tests in the background ignores SIGINT, and programs inherit this.
        _process = new Process
        {
            StartInfo = new ProcessStartInfo("env", ["--default-signal=INT", name, .. arguments])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
    }

    /// <summary>Gets the process ID.</summary>
    public int Id => _process.Id;

    /// <summary>Gets the standard output and the standard error up to now.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>Starts a program in the network namespace of the calling thread.</summary>
    public static RunningProgram Start(string name, params string[] arguments)
    {
        var program = new RunningProgram(name, arguments);
        program._process.Start();
        program._process.StandardInput.Close();
        program._process.BeginOutputReadLine();
        program._process.BeginErrorReadLine();
        return program;
    }

    /// <summary>Waits for a line that contains some words. Fails if the program ends before.</summary>
    public async Task AwaitAsync(string words)
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_output)
        {
            if (_output.ToString().Contains(words, StringComparison.Ordinal))
            {
                return;
            }

            _awaited.Add((words, seen));
        }

        Task ended = _process.WaitForExitAsync(Patience.Token());
        if (await Task.WhenAny(seen.Task, ended) == ended && !seen.Task.IsCompleted)
        {
            throw new InvalidOperationException($"The program did not write '{words}' but: {Output}");
        }
    }

    /// <summary>Waits until the output contains some words a number of times.</summary>
    public void AwaitTimes(int times, string words)
    {
        if (!SpinWait.SpinUntil(() => Output.Split(words).Length > times, Patience.Limit))
        {
            throw new InvalidOperationException($"The program did not write '{words}' {times} times but: {Output}");
        }
    }

    /// <summary>Sends a signal, unless the program has ended.</summary>
    public void TrySignal(PosixSignal signal) => _ = _process.HasExited || KillCall(Id, NumberOf(signal)) == 0;

    /// <summary>Sends a signal.</summary>
    public void Signal(PosixSignal signal) => Send(NumberOf(signal));

    /// <summary>
    /// Pauses the program (SIGSTOP) until <see cref="Resume"/>. The kernel stops one thread after the other, so a
    /// thread may still run after the signal. The method returns when all threads have stopped.
    /// </summary>
    public void Pause()
    {
        Send(19);
        if (!SpinWait.SpinUntil(() => ProcessState.HasStopped(Id), Patience.Limit))
        {
            throw new TimeoutException("A thread goes on after SIGSTOP.");
        }
    }

    /// <summary>Continues the program (SIGCONT).</summary>
    public void Resume() => Send(18);

    /// <summary>Kills the program (SIGKILL).</summary>
    public void Kill() => Send(9);

    /// <summary>Waits for the end of the program and of its output.</summary>
    /// <returns>The exit status.</returns>
    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync(Patience.Token());
        return _process.ExitCode;
    }

    /// <summary>Waits for the end like <see cref="ExitAsync"/>, with another time limit.</summary>
    public int WaitForExit(TimeSpan limit)
    {
        using var patience = new CancellationTokenSource(limit);
        _process.WaitForExitAsync(patience.Token).GetAwaiter().GetResult();
        return _process.ExitCode;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.WaitForExit(Patience.Limit);
        _process.Dispose();
    }

    private static int NumberOf(PosixSignal signal) => signal switch
    {
        PosixSignal.SIGHUP => 1,
        PosixSignal.SIGINT => 2,
        PosixSignal.SIGTERM => 15,
        (PosixSignal)10 => 10, // SIGUSR1
        _ => throw new ArgumentOutOfRangeException(nameof(signal)),
    };

    private void Send(int signal)
    {
        if (KillCall(Id, signal) != 0)
        {
            throw new InvalidOperationException($"Cannot signal {Id}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    private void Take(string? line)
    {
        lock (_output)
        {
            _output.AppendLine(line);
            foreach ((string words, TaskCompletionSource seen) in _awaited)
            {
                if (line?.Contains(words, StringComparison.Ordinal) == true)
                {
                    seen.TrySetResult();
                }
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int KillCall(int process, int signal);
}
