using System.Globalization;
using System.Net;
using ProxyHelper.Addresses;

namespace ProxyHelper.Daemon;

/// <summary>Finds other processes of this program. Only root can see those of other users.</summary>
internal static class RunningDaemon
{
    private const string Deleted = " (deleted)"; // The kernel adds this after an upgrade.
    private const string Listening = "0A"; // TCP_LISTEN (include/net/tcp_states.h)

    /// <summary>Returns the ID of the process that has a socket at an address and port, or null.</summary>
    public static int? FindBySocket(IPEndPoint endPoint, IPProtocol protocol)
    {
        HashSet<string> sockets =
        [
            .. File.ReadLines(protocol == IPProtocol.Tcp ? "/proc/net/tcp" : "/proc/net/udp").Skip(1)
                .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Where(columns => (protocol != IPProtocol.Tcp || columns[3] == Listening) && IsAt(columns[1], endPoint))
                .Select(columns => $"socket:[{columns[9]}]"),
        ];
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int process)
                && IsThisProgram(process)
                && DescriptorsOf(process).Any(sockets.Contains))
            {
                return process;
            }
        }

        return null;
    }

    private static bool IsThisProgram(int process) => ProgramOf(process) is { } program
        && (program.EndsWith(Deleted, StringComparison.Ordinal) ? program[..^Deleted.Length] : program)
            == Environment.ProcessPath;

    // proc_net(5): the address is the number in network byte order, written as a number of this host.
    private static bool IsAt(string local, IPEndPoint endPoint)
    {
        string[] parts = local.Split(':');
        var address = new IPAddress(Read(parts[0]));
        return Read(parts[1]) == endPoint.Port
            && (address.Equals(endPoint.Address) || address.Equals(IPAddress.Any)
                || endPoint.Address.Equals(IPAddress.Any));

        static uint Read(string digits) =>
            uint.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
    }

    private static string? ProgramOf(int process)
    {
        try
        {
            return File.ResolveLinkTarget($"/proc/{process}/exe", returnFinalTarget: false)?.FullName;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null; // The process has ended, belongs to another user, or is a thread of the kernel.
        }
    }

    private static IEnumerable<string> DescriptorsOf(int process)
    {
        try
        {
            return
            [
                .. Directory.GetFiles($"/proc/{process}/fd").Select(file => new FileInfo(file).LinkTarget)
                    .OfType<string>(),
            ];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
