using System.Runtime.InteropServices;
using ProxyHelper.Linux;

namespace ProxyHelper.TestSupport;

/// <summary>
/// Drops a capability of the calling thread, forever. Capabilities belong to threads, so inside
/// <see cref="NetworkNamespace.Run(Action, string[])"/> a test acts as a user
/// without privileges, and other tests go on.
/// </summary>
public static unsafe partial class Capability
{
    private const int BindService = 10; // CAP_NET_BIND_SERVICE (linux/capability.h)
    private const int Administration = 12; // CAP_NET_ADMIN
    private const uint Version = 0x20080522; // _LINUX_CAPABILITY_VERSION_3: sets of 64 bits

    /// <summary>Drops CAP_NET_ADMIN, without which conntrack cannot be used.</summary>
    public static void DropNetAdmin() => Drop(Administration);

    /// <summary>Drops CAP_NET_BIND_SERVICE, without which no port below 1024 can be bound.</summary>
    public static void DropNetBindService() => Drop(BindService);

    private static void Drop(int capability)
    {
        var header = new Header { Version = Version };
        Sets* sets = stackalloc Sets[2]; // capabilities 0 to 31, and the others
        Check(GetCall(&header, sets), "capget");
        sets[0].Effective &= ~(1u << capability);
        sets[0].Permitted &= ~(1u << capability);
        Check(SetCall(&header, sets), "capset");
    }

    private static void Check(int result, string call)
    {
        if (result != 0)
        {
            throw new LinuxException(call, LinuxHandle.LastError());
        }
    }

    [LibraryImport("libc", EntryPoint = "capget", SetLastError = true)]
    private static partial int GetCall(Header* header, Sets* sets);

    [LibraryImport("libc", EntryPoint = "capset", SetLastError = true)]
    private static partial int SetCall(Header* header, Sets* sets);

    /// <summary>struct __user_cap_header_struct; thread id 0 is the calling thread.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Header
    {
        public uint Version;
        public int Thread;
    }

    /// <summary>struct __user_cap_data_struct.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Sets
    {
        public uint Effective;
        public uint Permitted;
        public uint Inheritable;
    }
}
