using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using ProxyHelper.Linux;

namespace ProxyHelper.TestSupport;

/// <summary>
/// Gives a test a network of its own: no firewall rules, no conntrack entries, and no device but the loopback.
/// </summary>
public static partial class NetworkNamespace
{
    private const int NewNetwork = 0x40000000; // CLONE_NEWNET (linux/sched.h)
    private const string ConntrackLimit = "/proc/sys/net/netfilter/nf_conntrack_max";
    private const int EnoughEntries = 1_000_000;

    /// <summary>
    /// Runs the body in a new network namespace, on a thread of its own. The running test is skipped without root.
    /// </summary>
    /// <param name="body">
    /// The body. The sockets that it opens and the tools that it starts are in the namespace.
    /// </param>
    /// <param name="localAddresses">IPv4 and IPv6 addresses that the loopback gets in addition.</param>
    public static void Run(Action body, params string[] localAddresses) =>
        Run(
            () =>
            {
                body();
                return true;
            },
            localAddresses);

    /// <summary>Runs the body in a new network namespace and returns its result.</summary>
    /// <typeparam name="T">The type of the result.</typeparam>
    /// <param name="body">The body.</param>
    /// <param name="localAddresses">Addresses that the loopback gets in addition.</param>
    /// <returns>The result of the body.</returns>
    public static T Run<T>(Func<T> body, params string[] localAddresses)
    {
        Requirement.Root();
        Requirement.Tool("ip");
        RaiseConntrackLimit();
        T? result = default;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Enter(localAddresses);
                result = body();
            }
#pragma warning disable CA1031 // every exception is thrown again on the thread of the caller
            catch (Exception exception)
#pragma warning restore CA1031
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }
        })
        {
            Name = "network namespace",
            IsBackground = true,
        };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result!;
    }

    /// <summary>Moves the calling thread into a new network namespace, forever. Other threads stay in theirs.</summary>
    /// <param name="localAddresses">Addresses that the loopback gets in addition.</param>
    /// <exception cref="LinuxException">Thrown with EPERM without root.</exception>
    public static void Enter(params string[] localAddresses)
    {
        if (UnshareCall(NewNetwork) != 0)
        {
            throw new LinuxException("unshare the network", LinuxHandle.LastError());
        }

        // A child process starts in the namespace of the thread that starts it.
        Tool.Run("ip", "link", "set", "lo", "up");
        foreach (string text in localAddresses)
        {
            var address = IPAddress.Parse(text);
            string[] prefix = address.AddressFamily == AddressFamily.InterNetworkV6 ? [$"{text}/128", "nodad"]
                : [$"{text}/32"];
            Tool.Run("ip", ["address", "add", .. prefix, "dev", "lo"]);
        }
    }

    // All namespaces share one limit, which only the host's own namespace can set. If it cannot be set, as in a
    // container, tests with few entries still run, and the kernel refuses the entries of the other tests.
    private static void RaiseConntrackLimit()
    {
        try
        {
            if (int.Parse(File.ReadAllText(ConntrackLimit), CultureInfo.InvariantCulture) < EnoughEntries)
            {
                File.WriteAllText(ConntrackLimit, EnoughEntries.ToString(CultureInfo.InvariantCulture));
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
        }
    }

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static partial int UnshareCall(int flags);
}
