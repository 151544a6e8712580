using System.Runtime.InteropServices;

namespace ProxyHelper.TestSupport;

/// <summary>Does what a service manager does with the descriptors that a program inherits.</summary>
public static partial class Descriptor
{
    private const int DuplicateFrom = 0; // F_DUPFD (linux/fcntl.h)
    private const int Lowest = 100; // above the numbers that a program usually has

    /// <summary>
    /// Duplicates a descriptor. Programs that are started inherit the copy. The caller must close it.
    /// </summary>
    public static int Duplicate(SafeHandle handle)
    {
        int copy = ControlCall(handle, DuplicateFrom, Lowest);
        return copy >= 0 ? copy : throw new InvalidOperationException($"fcntl: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>Closes a descriptor by its number.</summary>
    public static void Close(int descriptor)
    {
        if (CloseCall(descriptor) != 0)
        {
            throw new InvalidOperationException($"close: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    /// <summary>Lets the number of a descriptor mean what another descriptor means.</summary>
    /// <param name="place">The number, whose own meaning ends.</param>
    /// <param name="descriptor">The other descriptor, which stays open.</param>
    internal static void Replace(int place, int descriptor)
    {
        if (DuplicateCall(descriptor, place) != place)
        {
            throw new InvalidOperationException($"dup2: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    /// <summary>Runs an action while the process has no free descriptor.</summary>
    public static void WithoutFree(Action action)
    {
        using var file = new FileStream("/dev/null", FileMode.Open);
        var copies = new List<int>();
        for (int copy; (copy = ControlCall(file.SafeFileHandle, DuplicateFrom, 0)) >= 0;)
        {
            copies.Add(copy);
        }

        try
        {
            action();
        }
        finally
        {
            copies.ForEach(Close);
        }
    }

    /// <summary>Shuts a socket down in both directions, for all processes that have it.</summary>
    public static void ShutDown(SafeHandle socket)
    {
        const int both = 2; // SHUT_RDWR
        if (ShutDownCall(socket, both) != 0)
        {
            throw new InvalidOperationException($"shutdown: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    [LibraryImport("libc", EntryPoint = "shutdown", SetLastError = true)]
    private static partial int ShutDownCall(SafeHandle socket, int how);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int ControlCall(SafeHandle handle, int command, int argument);

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    private static partial int DuplicateCall(int descriptor, int place);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int CloseCall(int descriptor);
}
