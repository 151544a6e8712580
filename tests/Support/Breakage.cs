using System.Globalization;
using System.Runtime.InteropServices;

namespace ProxyHelper.TestSupport;

/// <summary>Breaks sockets of this process as if somebody had closed them.</summary>
public static partial class Breakage
{
    private const int PathOnly = 0x200000; // O_PATH (asm-generic/fcntl.h): poll reports such a descriptor as invalid

    /// <summary>
    /// Replaces each socket that is bound to 194.0.1.1:114 (UDP). A thread that waits on it notices with the next
    /// datagram.
    /// </summary>
    public static void BreakUdpSockets()
    {
        HashSet<string> sockets = [.. BoundInodes().Select(inode => $"socket:[{inode}]")];
        int invalid = OpenCall("/", PathOnly);
        foreach (string path in Directory.GetFileSystemEntries("/proc/self/fd"))
        {
            if (new FileInfo(path).LinkTarget is { } target && sockets.Contains(target))
            {
                Descriptor.Replace(int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture), invalid);
            }
        }

        Descriptor.Close(invalid);
    }

    // In /proc/net/udp, the second column is the address in the processor's byte order and the port; the tenth is the
    // inode.
    private static IEnumerable<string> BoundInodes() =>
        from line in File.ReadLines("/proc/thread-self/net/udp").Skip(1)
        let columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        where columns[1] == "010100C2:0072"
        select columns[9];

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenCall(string path, int flags);
}
