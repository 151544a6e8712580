using System.Net;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ProxyHelper.TestSupport;

/// <summary>Represents a host on this machine: a network namespace with a name.</summary>
internal sealed partial class NetworkHost(string name)
{
    private const int NewNetwork = 0x40000000; // CLONE_NEWNET (linux/sched.h)

    /// <summary>Gets the name of the namespace in ip-netns(8).</summary>
    public string Name => name;

    /// <summary>Adds an address to a device.</summary>
    public void AddAddress(string address, string device) =>
        Tool.Run("ip", "-n", name, "address", "add", address, "dev", device);

    /// <summary>
    /// Lets the host own every address of a prefix, such as those of many users. A socket can be bound to any of them,
    /// and the host answers ARP requests for them.
    /// </summary>
    public void AddAddresses(string prefix) =>
        Tool.Run("ip", "-n", name, "route", "add", "local", prefix, "dev", "lo");

    /// <summary>Adds a route.</summary>
    /// <param name="destination">A prefix, or "default".</param>
    /// <param name="gateway">The address of the next host.</param>
    public void AddRoute(string destination, string gateway) =>
        Tool.Run("ip", "-n", name, "route", "add", destination, "via", gateway);

    /// <summary>Loads rules of nftables, in addition to those that the host has.</summary>
    public void LoadRules(string rules) => Run(() => Tool.Run("nft", rules));

    /// <summary>Sets a value below /proc/sys/net in this namespace.</summary>
    public void Configure(string path, string value) => Run(() => File.WriteAllText($"/proc/sys/net/{path}", value));

    /// <summary>Opens a socket on this host. The socket stays on the host on every thread.</summary>
    public Socket OpenSocket(IPEndPoint local, SocketType type) => Run(() =>
    {
        ProtocolType protocol = type == SocketType.Stream ? ProtocolType.Tcp : ProtocolType.Udp;
        var socket = new Socket(AddressFamily.InterNetwork, type, protocol);
        try
        {
            socket.Bind(local);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
    });

    /// <summary>Runs the body on this host.</summary>
    public void Run(Action body) => Run(() =>
    {
        body();
        return true;
    });

    /// <summary>Runs the body on this host. Its sockets, programs and threads are on the host, too.</summary>
    /// <remarks>A namespace belongs to a thread. A separate thread keeps the threads of the pool unchanged.</remarks>
    public T Run<T>(Func<T> body)
    {
        T? result = default;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Enter();
                result = body();
            }
#pragma warning disable CA1031 // the exception is thrown again on the thread of the caller
            catch (Exception exception)
#pragma warning restore CA1031
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }
        })
        {
            Name = name,
            IsBackground = true,
        };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result!;
    }

    private void Enter()
    {
        using SafeFileHandle handle = File.OpenHandle($"/run/netns/{name}", share: FileShare.ReadWrite);
        if (SetNamespaceCall(handle, NewNetwork) != 0)
        {
            throw new InvalidOperationException($"Cannot enter {name}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespaceCall(SafeFileHandle handle, int kind);
}
