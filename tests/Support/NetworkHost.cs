using System.Net;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ProxyHelper.TestSupport;

/// <summary>A host of its own on this machine: a network namespace that has a name.</summary>
internal sealed partial class NetworkHost(string name)
{
    private const int NewNetwork = 0x40000000; // CLONE_NEWNET (linux/sched.h)

    /// <summary>The namespace's name, as ip(8) knows it.</summary>
    public string Name => name;

    /// <summary>Gives a device an address.</summary>
    public void AddAddress(string address, string device) => Tool.Run("ip", "-n", name, "address", "add", address, "dev", device);

    /// <summary>Sets a number under /proc/sys/net, which each namespace has its own of.</summary>
    public void Configure(string path, string value) => Run(() => File.WriteAllText($"/proc/sys/net/{path}", value));

    /// <summary>Opens a socket on this host. It stays there, whichever thread uses it.</summary>
    public Socket OpenSocket(IPEndPoint local, SocketType type) => Run(() =>
    {
        var socket = new Socket(AddressFamily.InterNetwork, type, type == SocketType.Stream ? ProtocolType.Tcp : ProtocolType.Udp);
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

    /// <summary>Runs the body on this host: sockets that it opens, programs and threads that it starts are there.</summary>
    /// <remarks>A namespace belongs to a thread, and a thread of the pool would take it along to others' work: so it has its own.</remarks>
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
#pragma warning disable CA1031 // whatever it is, it is the caller's: it is thrown again there
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
            throw new InvalidOperationException($"cannot enter {name}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespaceCall(SafeFileHandle handle, int kind);
}
