using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using ProxyHelper.Linux;

namespace ProxyHelper.TestSupport;

/// <summary>A network of its own for a test: no firewall rules, no conntrack entries, and no other device than the loopback.</summary>
public static partial class NetworkNamespace
{
    private const int NewNetwork = 0x40000000; // CLONE_NEWNET (linux/sched.h)
    private const string ConntrackLimit = "/proc/sys/net/netfilter/nf_conntrack_max";
    private const int EnoughEntries = 1_000_000;

    /// <summary>Runs the body in a new network namespace, on a thread of its own that ends with it. Skips the test if not root.</summary>
    /// <param name="body">What to run. Sockets that it opens, and tools that it starts, are in the namespace.</param>
    /// <param name="localAddresses">IPv4 and IPv6 addresses that the loopback gets beside its own.</param>
    public static void Run(Action body, params string[] localAddresses) =>
        Run(
            () =>
            {
                body();
                return true;
            },
            localAddresses);

    /// <summary>As the other one, with a result.</summary>
    /// <typeparam name="T">The type of the result.</typeparam>
    /// <param name="body">What to run.</param>
    /// <param name="localAddresses">Addresses that the loopback gets beside its own.</param>
    /// <returns>What the body returned.</returns>
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
#pragma warning disable CA1031 // whatever it is, it is the caller's: it is thrown again there
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

    /// <summary>Moves the calling thread into a new network namespace for good. Others' threads stay where they are.</summary>
    /// <param name="localAddresses">Addresses that the loopback gets beside its own.</param>
    /// <exception cref="LinuxException">EPERM: not root.</exception>
    public static void Enter(params string[] localAddresses)
    {
        if (UnshareCall(NewNetwork) != 0)
        {
            throw new LinuxException("unshare the network", LinuxSocket.LastError());
        }

        // A child process starts in the namespace of the thread that starts it, which is this one.
        Tool.Run("ip", "link", "set", "lo", "up");
        foreach (string text in localAddresses)
        {
            var address = IPAddress.Parse(text);
            string[] prefix = address.AddressFamily == AddressFamily.InterNetworkV6 ? [$"{text}/128", "nodad"] : [$"{text}/32"];
            Tool.Run("ip", ["address", "add", .. prefix, "dev", "lo"]);
        }
    }

    // The limit is one for all namespaces, and can be written from the machine's own namespace only. Where it cannot be
    // written, as in a container, the tests with few entries go on, and the kernel refuses the others their entries.
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
