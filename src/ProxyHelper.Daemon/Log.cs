using System.Text;
using ProxyHelper.Addresses;
using ProxyHelper.Daemon.Configuration;
using ProxyHelper.Linux;

namespace ProxyHelper.Daemon;

/// <summary>
/// Writes lines to the standard error on its own thread, so that a full or broken output never delays or ends the
/// answers, a reload or the stop. Lines that the output does not take are counted. If the standard error is systemd's
/// journal, each line starts with its priority (sd-daemon(3)). If not, each line starts with the name of the program.
/// </summary>
internal sealed class Log : IDisposable
{
    private const int Capacity = 512; // lines

    private static readonly TimeSpan _longestFlush = TimeSpan.FromSeconds(0.5);

    private readonly bool _isJournal = IsJournal();
    private readonly Queue<string> _lines = new(); // also the lock of the fields below
    private readonly Thread _writer;
    private bool _isEnding;
    private long _lost;

    // Fields of the thread.
    private long _reportedLost;
    private int _sinceReport;
    private bool _isInsideLine;

    /// <summary>Makes the log. Lines wait until <see cref="Start"/> or <see cref="Dispose"/>.</summary>
    public Log()
    {
        _writer = new Thread(Run) { IsBackground = true, Name = "log" };
    }

    /// <summary>Gets the number of lines that the standard error did not take.</summary>
    public long LostLines
    {
        get
        {
            lock (_lines)
            {
                return _lost;
            }
        }
    }

    /// <summary>Starts the thread.</summary>
    /// <exception cref="LinuxException">Thrown when the thread could not be started.</exception>
    public void Start() => OwnProcess.Start(_writer);

    /// <summary>Writes a line.</summary>
    public void Write(Priority priority, string message) => Add(LineOf(priority, message));

    /// <summary>Writes faults in the settings and, if the configuration file is not their cause, the usage.</summary>
    public void Write(IReadOnlyList<SettingsFault> faults, string usage)
    {
        foreach (SettingsFault fault in faults)
        {
            Write(Priority.Error, fault.Message);
        }

        if (faults.Any(fault => !fault.IsInFile))
        {
            Add(usage);
        }
    }

    /// <summary>Writes the waiting lines, as far as the output takes them in a short time.</summary>
    public void Dispose()
    {
        lock (_lines)
        {
            _isEnding = true;
            Monitor.Pulse(_lines);
        }

        if (_writer.ThreadState.HasFlag(ThreadState.Unstarted))
        {
            Run(); // writes what waits
        }
        else
        {
            _writer.Join(_longestFlush); // a write that waits ends with the process
        }
    }

    // systemd names the stream that it has connected. The stream may have been redirected since.
    private static bool IsJournal() =>
        Environment.GetEnvironmentVariable("JOURNAL_STREAM")?.Split(':') is [_, var inode]
        && new FileInfo("/proc/self/fd/2").LinkTarget is { } stream
        && stream.EndsWith($":[{inode}]", StringComparison.Ordinal);

    private string LineOf(Priority priority, string message) =>
        (_isJournal ? $"<{(int)priority}>" : "proxy-helper: ") + PrintableText.From(message);

    private void Add(string line)
    {
        lock (_lines)
        {
            if (_isEnding || _lines.Count == Capacity)
            {
                _lost++;
                return;
            }

            _lines.Enqueue(line);
            Monitor.Pulse(_lines);
        }
    }

    private void Run()
    {
        while (Take() is { } line)
        {
            bool isWritten = TryWrite(line);
            lock (_lines)
            {
                _lost += isWritten ? 0 : 1;
            }

            _sinceReport++;
            if (isWritten)
            {
                ReportLost();
            }
        }
    }

    private string? Take()
    {
        lock (_lines)
        {
            while (_lines.Count == 0 && !_isEnding)
            {
                Monitor.Wait(_lines);
            }

            return _lines.TryDequeue(out string? line) ? line : null;
        }
    }

    /// <summary>
    /// Reports lost lines when no line waits. If lines always wait, a report follows as many lines as can wait.
    /// </summary>
    private void ReportLost()
    {
        long lost;
        lock (_lines)
        {
            lost = _lost;
            if (lost == _reportedLost || (_lines.Count > 0 && _sinceReport < Capacity))
            {
                return;
            }
        }

        _sinceReport = 0;
        string message = $"{lost - _reportedLost} log lines were lost, because the standard error did not take them.";
        if (TryWrite(LineOf(Priority.Warning, message)))
        {
            _reportedLost = lost;
        }
    }

    private bool TryWrite(string line)
    {
        // A full disk may have taken the beginning of the line before.
        byte[] bytes = Encoding.UTF8.GetBytes(_isInsideLine ? $"\n{line}\n" : $"{line}\n");
        int written = StandardStream.Error.TryWrite(bytes);
        _isInsideLine = written == 0 ? _isInsideLine : written < bytes.Length;
        return written == bytes.Length;
    }
}
