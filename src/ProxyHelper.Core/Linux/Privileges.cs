using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace ProxyHelper.Linux;

/// <summary>Gives up root for good.</summary>
[SupportedOSPlatform("linux")]
public static unsafe partial class Privileges
{
    private const int NetAdmin = 12; // CAP_NET_ADMIN (linux/capability.h)
    private const int LastPossible = 63;

    /// <summary>
    /// Becomes another user, without any group but its own, with no other capability than CAP_NET_ADMIN, and without a way to gain
    /// more. The user changes for the whole process; CAP_NET_ADMIN stays with the calling thread and with those that it starts
    /// afterwards, and is gone from all others.
    /// </summary>
    /// <param name="user">The user's name.</param>
    /// <exception cref="LinuxException">There is no such user, or this process may not become it.</exception>
    public static void Become(string user)
    {
        const int keepCapabilities = 8, dropFromBoundingSet = 24, noNewPrivileges = 38; // PR_* (linux/prctl.h)
        (uint id, uint group) = Find(user);
        string call = $"become {user}";
        for (nuint capability = 0; capability <= LastPossible; capability++)
        {
            _ = ControlCall(dropFromBoundingSet, capability, 0, 0, 0); // may be refused where CAP_SETPCAP is missing; no new privileges come anyhow
        }

        Check(ControlCall(keepCapabilities, 1, 0, 0, 0), call);
        Check(SetGroupsCall(0, 0), call);
        Check(SetGroupCall(group, group, group), call);
        Check(SetUserCall(id, id, id), call); // the C library does it in every thread
        KeepNetAdmin(call);
        Check(ControlCall(noNewPrivileges, 1, 0, 0, 0), call);
    }

    /// <summary>Checks that a user is there.</summary>
    /// <exception cref="LinuxException">It is not.</exception>
    public static void RequireUser(string user) => Find(user);

    private static void KeepNetAdmin(string call)
    {
        const uint version = 0x20080522; // _LINUX_CAPABILITY_VERSION_3
        ReadOnlySpan<uint> header = [version, 0]; // this thread
        ReadOnlySpan<uint> sets = [1u << NetAdmin, 1u << NetAdmin, 0, 0, 0, 0]; // effective, permitted, inheritable; then of those from 32 on
        Check(SetCapabilitiesCall(header, sets), call);
    }

    private static (uint Id, uint Group) Find(string user)
    {
        byte[] text = new byte[16 * 1024];
        int errno = FindCall(user, out Account account, text, (nuint)text.Length, out nint found);
        return found != 0
            ? (account.Id, account.Group)
            : throw new LinuxException($"become {user}", errno == 0 ? Errno.ENOENT : (Errno)errno, errno == 0 ? "there is no such user" : Marshal.GetPInvokeErrorMessage(errno));
    }

    private static void Check(int result, string call)
    {
        if (result < 0)
        {
            throw new LinuxException(call, LinuxSocket.LastError());
        }
    }

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int ControlCall(int operation, nuint first, nuint second, nuint third, nuint fourth);

    [LibraryImport("libc", EntryPoint = "setgroups", SetLastError = true)]
    private static partial int SetGroupsCall(nuint count, nint groups);

    [LibraryImport("libc", EntryPoint = "setresgid", SetLastError = true)]
    private static partial int SetGroupCall(uint real, uint effective, uint saved);

    [LibraryImport("libc", EntryPoint = "setresuid", SetLastError = true)]
    private static partial int SetUserCall(uint real, uint effective, uint saved);

    [LibraryImport("libc", EntryPoint = "capset", SetLastError = true)]
    private static partial int SetCapabilitiesCall(ReadOnlySpan<uint> header, ReadOnlySpan<uint> sets);

    [LibraryImport("libc", EntryPoint = "getpwnam_r", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int FindCall(string name, out Account account, byte[] text, nuint length, out nint found);

    /// <summary>struct passwd (pwd.h).</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Account
    {
        public byte* Name;
        public byte* Password;
        public uint Id;
        public uint Group;
        public byte* Comment;
        public byte* Home;
        public byte* Shell;
    }
}
