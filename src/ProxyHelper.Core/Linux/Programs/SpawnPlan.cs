using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace ProxyHelper.Linux.Programs;

/// <summary>
/// Represents what the C library does in the new process before the program starts (posix_spawn): a session of its own,
/// no held or ignored signals, and the standard streams.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe partial class SpawnPlan : IDisposable
{
    // POSIX_SPAWN_SETSIGDEF, POSIX_SPAWN_SETSIGMASK and POSIX_SPAWN_SETSID (spawn.h)
    private const short Flags = 0x04 | 0x08 | 0x80;
    private const int StructureSize = 1024; // posix_spawnattr_t has 336 bytes, posix_spawn_file_actions_t has 80
    private const int SetSize = 128; // sigset_t
    private const int ReadOnly = 0; // O_RDONLY (asm-generic/fcntl.h)

    private readonly byte* _attributes = (byte*)NativeMemory.AllocZeroed(StructureSize);
    private readonly byte* _actions = (byte*)NativeMemory.AllocZeroed(StructureSize);

    /// <summary>Sets the standard streams and the folder of the program.</summary>
    /// <param name="output">The pipe that becomes the standard output.</param>
    /// <param name="errors">The pipe that becomes the standard error.</param>
    /// <param name="folder">The folder that the program starts in, or null for that of this process.</param>
    /// <exception cref="LinuxException">Thrown when no memory is left.</exception>
    public void Prepare(OutputPipe output, OutputPipe errors, string? folder)
    {
        Span<byte> signals = stackalloc byte[SetSize];
        Check(InitializeCall(_attributes));
        Check(InitializeActionsCall(_actions));
        Check(SetMaskCall(_attributes, signals)); // no signal is held
        signals.Fill(byte.MaxValue);
        Check(SetDefaultsCall(_attributes, signals));
        Check(SetFlagsCall(_attributes, Flags));
        Check(AddOpenCall(_actions, 0, "/dev/null", ReadOnly, 0));
        Check(AddDuplicateCall(_actions, (int)output.DangerousGetHandle(), 1));
        Check(AddDuplicateCall(_actions, (int)errors.DangerousGetHandle(), 2));
        if (folder is not null)
        {
            Check(AddFolderCall(_actions, folder));
        }

        CloseOthers();
    }

    /// <summary>Starts a program.</summary>
    /// <returns>The number of the process, which is also that of its group.</returns>
    /// <exception cref="LinuxException">Thrown when the program cannot be started.</exception>
    public int Start(string path, IReadOnlyList<string> arguments, IEnumerable<string> environment)
    {
        int errno = SpawnCall(
            out int process, path, _actions, _attributes, [.. arguments, null], [.. environment, null]);
        return errno == 0 ? process : throw new LinuxException($"start {path}", (Errno)errno);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ = DestroyActionsCall(_actions);
        _ = DestroyCall(_attributes);
        NativeMemory.Free(_actions);
        NativeMemory.Free(_attributes);
    }

    /// <summary>
    /// Closes all other descriptors. This process opens none that its programs get, but it may have inherited some.
    /// </summary>
    private void CloseOthers()
    {
        try
        {
            Check(AddCloseCall(_actions, 3));
        }
        catch (EntryPointNotFoundException)
        {
            // The C library is older than glibc 2.34, or another one.
        }
    }

    private static void Check(int errno)
    {
        if (errno != 0)
        {
            throw new LinuxException("prepare the start of a program", (Errno)errno);
        }
    }

    [LibraryImport("libc", EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SpawnCall(
        out int process, string path, byte* actions, byte* attributes, string?[] arguments, string?[] environment);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    private static partial int InitializeCall(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    private static partial int DestroyCall(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    private static partial int SetFlagsCall(byte* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    private static partial int SetMaskCall(byte* attributes, Span<byte> signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    private static partial int SetDefaultsCall(byte* attributes, Span<byte> signals);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static partial int InitializeActionsCall(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static partial int DestroyActionsCall(byte* actions);

    [LibraryImport(
        "libc", EntryPoint = "posix_spawn_file_actions_addopen", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int AddOpenCall(byte* actions, int descriptor, string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static partial int AddDuplicateCall(byte* actions, int descriptor, int target);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addclosefrom_np")]
    private static partial int AddCloseCall(byte* actions, int first);

    [LibraryImport(
        "libc", EntryPoint = "posix_spawn_file_actions_addchdir_np", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int AddFolderCall(byte* actions, string folder);
}
