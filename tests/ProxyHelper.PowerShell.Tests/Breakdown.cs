using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using ProxyHelper.Addresses;
using ProxyHelper.Client;

namespace ProxyHelper.PowerShell.Tests;

/// <summary>Breaks a responder of this process in a way that it cannot go on from, as if its sockets had been closed under it.</summary>
internal static partial class Breakdown
{
    private const int PathOnly = 0x200000; // O_PATH (asm-generic/fcntl.h): poll says of such a descriptor that it is none

    /// <summary>Starts a responder on 194.0.1.1 and breaks it.</summary>
    /// <returns>Its job, which has failed.</returns>
    public static dynamic OfNew(EngineSession session)
    {
        dynamic job = session.One("Start-ProxyHelper 194.0.1.1");
        Cause();
        Assert.True(SpinWait.SpinUntil(() => job.JobStateInfo.State.ToString() == "Failed", TimeSpan.FromMinutes(1)));
        return job;
    }

    private static void Cause()
    {
        HashSet<string> sockets = [.. ListeningInodes().Select(inode => $"socket:[{inode}]")];
        int nothing = OpenCall("/", PathOnly);
        foreach (string path in Directory.GetFileSystemEntries("/proc/self/fd"))
        {
            if (new FileInfo(path).LinkTarget is { } target && sockets.Contains(target))
            {
                _ = DuplicateCall(nothing, int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture));
            }
        }

        _ = CloseCall(nothing);
        Wake();
    }

    // The tenth column of /proc/net/udp, where the second is the address in the processor's byte order and the port.
    private static IEnumerable<string> ListeningInodes() =>
        from line in File.ReadLines("/proc/thread-self/net/udp").Skip(1)
        let columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        where columns[1] == "010100C2:0072"
        select columns[9];

    // It waits on the sockets that it had: a query ends the wait.
    private static void Wake() => HelperClient.AskAsync(
        new HelperRequest
        {
            Helper = IPEndPoint.Parse("194.0.1.1:114"),
            Source = TransportEndPoint.Parse("194.0.1.1:20119"),
            Destination = TransportEndPoint.Parse("194.0.22.9:9199"),
            Sends = 1,
            Timeout = TimeSpan.FromMilliseconds(50),
        },
        CancellationToken.None).GetAwaiter().GetResult();

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenCall(string path, int flags);

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    private static partial int DuplicateCall(int descriptor, int place);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int CloseCall(int descriptor);
}
