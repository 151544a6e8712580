using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace ProxyHelper.Linux;

/// <summary>Gives up the rights of root for the rest of the process's life.</summary>
[SupportedOSPlatform("linux")]
public static unsafe partial class Privileges
{
    private const int NetAdmin = 12; // CAP_NET_ADMIN (linux/capability.h)

    /// <summary>Gets the number of the user whose permissions this process has.</summary>
    internal static uint UserId => UserCall();

    /// <summary>
    /// Becomes another user with only the primary group of that user, only the capability CAP_NET_ADMIN, and no way to
    /// gain more. The user changes in the whole process. The calling thread and the threads that it starts later keep
    /// CAP_NET_ADMIN; all other threads lose it. The daemon forbids all threads to gain privileges before the runtime
    /// starts (Native/before_main.c), and this method checks it.
    /// </summary>
    /// <param name="user">The name of the user.</param>
    /// <exception cref="LinuxException">
    /// Thrown when the user does not exist, this process may not become that user, or a thread has kept privileges.
    /// </exception>
    public static void Become(string user) => Become(user, keepsNetAdmin: true);

    /// <summary>Becomes another user as <see cref="Become(string)"/> does, with or without CAP_NET_ADMIN.</summary>
    /// <exception cref="LinuxException">
    /// Thrown when the user does not exist, this process may not become that user, or a thread has kept privileges.
    /// </exception>
    internal static void Become(string user, bool keepsNetAdmin)
    {
        const int keepCapabilities = 8; // PR_SET_KEEPCAPS (linux/prctl.h)
        (uint id, uint group) = Find(user);
        string call = $"become {user}";
        LinuxHandle.Check(ControlCall(keepCapabilities, 1, 0, 0, 0), call);
        LinuxHandle.Check(SetGroupsCall(0, 0), call);
        LinuxHandle.Check(SetGroupCall(group, group, group), call);
        LinuxHandle.Check(SetUserCall(id, id, id), call); // the C library changes all threads
        ulong kept = keepsNetAdmin ? 1ul << NetAdmin : 0;
        Keep(kept, call);
        foreach (string thread in Directory.GetDirectories("/proc/self/task"))
        {
            RequireConfined(thread, id, kept, call);
        }
    }

    /// <summary>Returns the number of a user.</summary>
    /// <exception cref="LinuxException">Thrown when the user does not exist, or has the UID 0.</exception>
    internal static uint FindUser(string user) => Find(user).Id;

    /// <summary>Checks that a user exists and does not have the rights of root.</summary>
    /// <exception cref="LinuxException">Thrown when the user does not exist, or has the UID 0.</exception>
    public static void RequireUser(string user) => Find(user);

    /// <summary>Checks what the kernel says about a thread. A thread that has ended has no privileges.</summary>
    /// <param name="thread">The folder of the thread below /proc.</param>
    /// <param name="user">The number of the user that the thread must have.</param>
    /// <param name="allowed">The set of the capabilities that the thread may have.</param>
    /// <param name="call">The call that a failure names.</param>
    /// <exception cref="LinuxException">Thrown when the thread has other privileges.</exception>
    internal static void RequireConfined(string thread, uint user, ulong allowed, string call)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines($"{thread}/status");
        }
        catch (IOException) when (!Directory.Exists(thread))
        {
            return; // the thread has ended, before its folder was opened (ENOENT) or while it was read (ESRCH)
        }

        ulong permitted = ulong.Parse(Field("CapPrm"), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        string id = user.ToString(CultureInfo.InvariantCulture);
        if ((permitted & ~allowed) != 0 || Field("NoNewPrivs") != "1"
            || Field("Uid").Split('\t').Any(field => field != id))
        {
            throw new LinuxException(call, Errno.EPERM, $"the thread '{Field("Name")}' keeps privileges");
        }

        string Field(string name) => lines.First(line => line.StartsWith($"{name}:", StringComparison.Ordinal))
            [(name.Length + 1)..].Trim();
    }

    private static void Keep(ulong capabilities, string call)
    {
        const uint version = 0x20080522; // _LINUX_CAPABILITY_VERSION_3
        ReadOnlySpan<uint> header = [version, 0]; // 0 is this thread

        // Effective, permitted and inheritable: first capabilities 0 to 31, then 32 to 63.
        (uint low, uint high) = ((uint)capabilities, (uint)(capabilities >> 32));
        ReadOnlySpan<uint> sets = [low, low, 0, high, high, 0];
        LinuxHandle.Check(SetCapabilitiesCall(header, sets), call);
    }

    private static (uint Id, uint Group) Find(string user)
    {
        byte[] text = new byte[16 * 1024];
        int errno = FindCall(user, out Account account, text, (nuint)text.Length, out nint found);
        if (found != 0)
        {
            return account.Id != 0
                ? (account.Id, account.Group)
                : throw new LinuxException(
                    $"become {user}", Errno.EINVAL, "the user has the rights of root (UID 0); name another user");
        }

        throw errno == 0
            ? new LinuxException($"become {user}", Errno.ENOENT, "there is no such user")
            : new LinuxException($"become {user}", (Errno)errno);
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint UserCall();

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
