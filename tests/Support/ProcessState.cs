using System.Globalization;

namespace ProxyHelper.TestSupport;

/// <summary>Reads the state of a process from the kernel.</summary>
public static class ProcessState
{
    /// <summary>Returns the largest resident memory of the process up to now.</summary>
    public static int PeakKibibytes(int process) => Read(process, "VmHWM:");

    /// <summary>Returns the resident memory of the process.</summary>
    public static int ResidentKibibytes(int process) => Read(process, "VmRSS:");

    /// <summary>Returns the number of threads.</summary>
    public static int Threads(int process) => Read(process, "Threads:");

    /// <summary>Returns the number of open descriptors.</summary>
    public static int Descriptors(int process) => Directory.GetFileSystemEntries($"/proc/{process}/fd").Length;

    /// <summary>Returns whether all threads have stopped after SIGSTOP, also while a debugger holds them.</summary>
    public static bool HasStopped(int process) =>
        Directory.GetDirectories($"/proc/{process}/task").All(thread => StateOf(thread) is 'T' or 't' or null);

    /// <summary>Returns the third word of the file stat (proc(5)), or null if the thread has ended.</summary>
    private static char? StateOf(string thread)
    {
        try
        {
            string text = File.ReadAllText(Path.Combine(thread, "stat"));
            return text[text.LastIndexOf(')') + 2];
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static int Read(int process, string name)
    {
        string line = File.ReadLines($"/proc/{process}/status")
            .Single(line => line.StartsWith(name, StringComparison.Ordinal));
        string[] words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return int.Parse(words[1], CultureInfo.InvariantCulture);
    }
}
