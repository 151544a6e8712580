using ProxyHelper.Linux;

namespace ProxyHelper.Sources;

/// <summary>Starts the threads of resolvers.</summary>
internal static class OwnThread
{
    /// <summary>Starts a thread.</summary>
    /// <exception cref="IOException">Thrown when a limit of threads is reached, or no memory is left.</exception>
    public static void Start(Thread thread)
    {
        if (OperatingSystem.IsLinux())
        {
            OwnProcess.Start(thread);
        }
        else
        {
            thread.Start();
        }
    }
}
