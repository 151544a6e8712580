using System.Globalization;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;
using ProxyHelper.Addresses;

namespace ProxyHelper.Linux;

/// <summary>Decides whether a file that exists is an old PID file, which a new one may replace.</summary>
[SupportedOSPlatform("linux")]
internal static class OldPidFile
{
    private const int MaxLength = 16; // a number and a line break are shorter

    /// <summary>Checks what the kernel says about a file.</summary>
    public static void RequirePlain(FileState state, string path)
    {
        string? reason = state switch
        {
            { IsRegular: false } => $"it is {state.Kind}",
            { Links: > 1 } => "it is a file with several names (hard links)",
            { Size: > MaxLength } => "it has other content",
            { Size: > 0 } when !state.Permissions.HasFlag(UnixFileMode.OtherRead) =>
                "not all users can read it, so that its number may be a secret",
            { Owner: var owner } when owner != 0 && owner != Privileges.UserId =>
                string.Create(CultureInfo.InvariantCulture, $"another user owns it (UID {owner})"),
            _ => null,
        };
        if (reason is not null)
        {
            throw NoPidFile(path, reason);
        }

        RequireOrdinary(path, path);
    }

    /// <summary>Checks that a write to a file changes only the file, and no setting of the kernel.</summary>
    public static void RequireOrdinary(string place, string path)
    {
        if (FileState.IsOfKernel(place))
        {
            throw NoPidFile(path, "its file system belongs to the kernel, such as /proc and /sys");
        }
    }

    /// <summary>Checks that a file holds nothing, or the number of a process that has ended.</summary>
    public static void RequireUnused(SafeFileHandle file, string path, bool isFree)
    {
        if (!TryReadNumber(file, out int? process))
        {
            throw NoPidFile(path, "it has other content");
        }

        string? name = null;
        if (isFree && (process is not { } number || number == Environment.ProcessId
            || !RunningProcess.HasRunSince(number, FileState.Read(file).ModifiedAt, out name)))
        {
            return;
        }

        string program = name is null ? string.Empty : $" ({name})";
        throw new IOException(process switch
        {
            null => $"{path} is locked by a process, which is running.",
            { } own when own == Environment.ProcessId => $"{path} is the PID file of another helper in this process.",
            { } other => string.Create(
                CultureInfo.InvariantCulture, $"{path} names process {other}{program}, which is running."),
        });
    }

    /// <summary>Reads the number in a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="process">The number, or null if the file is empty.</param>
    /// <returns>False when the file has other content.</returns>
    public static bool TryReadNumber(SafeFileHandle file, out int? process)
    {
        process = null;
        Span<byte> text = stackalloc byte[MaxLength + 1];
        int length = RandomAccess.Read(file, text, fileOffset: 0);
        if (length == 0)
        {
            return true;
        }

        ReadOnlySpan<byte> digits = text[..length];
        digits = digits[^1] == (byte)'\n' ? digits[..^1] : digits;
        bool isNumber = NumberText.TryRead(digits, out int number) && number > 0;
        process = isNumber ? number : null;
        return isNumber;
    }

    private static IOException NoPidFile(string path, string reason) =>
        new($"{path} is not a PID file: {reason}. The file stays as it is.");
}
