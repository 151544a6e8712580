namespace ProxyHelper.Daemon;

/// <summary>
/// Lines on the standard error. Where that is systemd's journal each begins with its priority (sd-daemon(3)), elsewhere with the
/// program's name.
/// </summary>
internal sealed class Log
{
    private readonly bool _isJournal = IsJournal();

    /// <summary>Writes a line.</summary>
    public void Write(Priority priority, string message)
    {
        string start = _isJournal ? $"<{(int)priority}>" : "proxy-helper: ";
        Console.Error.WriteLine(start + message);
    }

    /// <summary>systemd says which stream it has connected; another one may have been put in its place since.</summary>
    private static bool IsJournal() =>
        Environment.GetEnvironmentVariable("JOURNAL_STREAM")?.Split(':') is [_, var inode]
        && new FileInfo("/proc/self/fd/2").LinkTarget is { } stream
        && stream.EndsWith($":[{inode}]", StringComparison.Ordinal);
}
