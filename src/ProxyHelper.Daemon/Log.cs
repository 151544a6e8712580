namespace ProxyHelper.Daemon;

/// <summary>
/// Writes lines to the standard error. If the standard error is systemd's journal, each line starts with its priority
/// (sd-daemon(3)). If not, each line starts with the name of the program.
/// </summary>
internal sealed class Log
{
    private const string Usage =
        "usage: proxy-helper -I ADDRESS [OPTION...], or proxy-helper -c FILE; see proxy-helper --help";

    private readonly bool _isJournal = IsJournal();

    /// <summary>Writes a line.</summary>
    public void Write(Priority priority, string message)
    {
        string start = _isJournal ? $"<{(int)priority}>" : "proxy-helper: ";
        Console.Error.WriteLine(start + message);
    }

    /// <summary>Writes faults in the settings and, if the configuration file is not their cause, the usage.</summary>
    public void Write(IReadOnlyList<SettingsFault> faults)
    {
        foreach (SettingsFault fault in faults)
        {
            Write(Priority.Error, fault.Message);
        }

        if (faults.Any(fault => !fault.IsInFile))
        {
            Console.Error.WriteLine(Usage);
        }
    }

    // systemd names the stream that it has connected. The stream may have been redirected since.
    private static bool IsJournal() =>
        Environment.GetEnvironmentVariable("JOURNAL_STREAM")?.Split(':') is [_, var inode]
        && new FileInfo("/proc/self/fd/2").LinkTarget is { } stream
        && stream.EndsWith($":[{inode}]", StringComparison.Ordinal);
}
