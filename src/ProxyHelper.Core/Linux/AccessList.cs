using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace ProxyHelper.Linux;

/// <summary>
/// Represents the POSIX access list of a file (acl(5)). A file without a list has the three entries of its mode. With a
/// list, the group's bits of the mode are not the group's permissions: they are the mask of the list.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed partial class AccessList
{
    private const string AttributeName = "system.posix_acl_access"; // linux/xattr.h
    private const uint Version = 2; // POSIX_ACL_XATTR_VERSION (linux/posix_acl_xattr.h)
    private const int HeaderSize = 4, EntrySize = 8;
    private const uint NoId = uint.MaxValue; // ACL_UNDEFINED_ID

    private AccessList(IReadOnlyList<AccessEntry> entries)
    {
        Entries = entries;
    }

    /// <summary>Gets the entries with the permissions that remain after the mask.</summary>
    public IReadOnlyList<AccessEntry> Entries { get; }

    /// <summary>Reads the list of an open file.</summary>
    /// <returns>The list, or null if the kernel's answer is not a valid list.</returns>
    /// <exception cref="LinuxException">Thrown when the kernel refused.</exception>
    public static AccessList? Read(SafeFileHandle file)
    {
        nint length = AttributeCall(file, AttributeName, [], size: 0); // writes nothing
        byte[] bytes = new byte[Math.Max(0, length)];
        length = length < 0 ? length : AttributeCall(file, AttributeName, bytes, (nuint)bytes.Length);
        if (length >= 0)
        {
            return TryParse(bytes.AsSpan(0, (int)length));
        }

        return LinuxHandle.LastError() is Errno.ENODATA or Errno.EOPNOTSUPP
            ? FromMode(FileState.Read(file).Mode)
            : throw new LinuxException("read the access list", LinuxHandle.LastError());
    }

    /// <summary>Parses a list.</summary>
    /// <returns>The list, or null if the bytes are not a valid list.</returns>
    public static AccessList? TryParse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderSize || bytes.Length % EntrySize != HeaderSize
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Version)
        {
            return null;
        }

        var entries = new List<AccessEntry>();
        for (ReadOnlySpan<byte> rest = bytes[HeaderSize..]; rest.Length > 0; rest = rest[EntrySize..])
        {
            var tag = (AccessTag)BinaryPrimitives.ReadUInt16LittleEndian(rest);
            var rights = (AccessRights)BinaryPrimitives.ReadUInt16LittleEndian(rest[2..]);
            entries.Add(new AccessEntry(tag, rights, BinaryPrimitives.ReadUInt32LittleEndian(rest[4..])));
        }

        AccessRights mask = entries.Where(entry => entry.Tag == AccessTag.Mask)
            .Select(entry => entry.Rights).DefaultIfEmpty(AccessRights.All).First();
        return new AccessList([.. entries.Where(entry => entry.Tag != AccessTag.Mask).Select(Masked)]);

        AccessEntry Masked(AccessEntry entry) => entry.Tag is AccessTag.Owner or AccessTag.Others
            ? entry
            : entry with { Rights = entry.Rights & mask };
    }

    private static AccessList FromMode(int mode) => new(
    [
        new AccessEntry(AccessTag.Owner, Bits(mode >> 6), NoId),
        new AccessEntry(AccessTag.OwningGroup, Bits(mode >> 3), NoId),
        new AccessEntry(AccessTag.Others, Bits(mode), NoId),
    ]);

    private static AccessRights Bits(int mode) => (AccessRights)mode & AccessRights.All;

    [LibraryImport("libc", EntryPoint = "fgetxattr", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint AttributeCall(SafeFileHandle file, string name, Span<byte> value, nuint size);
}

/// <summary>Represents an entry of an access list.</summary>
/// <param name="Tag">Whom the entry is about.</param>
/// <param name="Rights">The permissions.</param>
/// <param name="Id">The number of the user or the group, if the entry names one.</param>
internal readonly record struct AccessEntry(AccessTag Tag, AccessRights Rights, uint Id);

/// <summary>Specifies whom an entry of an access list is about: ACL_* (linux/posix_acl.h).</summary>
internal enum AccessTag : ushort
{
    /// <summary>The user who owns the file.</summary>
    Owner = 1,

    /// <summary>A named user.</summary>
    User = 2,

    /// <summary>The group that owns the file.</summary>
    OwningGroup = 4,

    /// <summary>A named group.</summary>
    Group = 8,

    /// <summary>The largest permissions of the named users and of all groups.</summary>
    Mask = 16,

    /// <summary>All other users.</summary>
    Others = 32,
}

/// <summary>Specifies permissions of a file.</summary>
[Flags]
internal enum AccessRights : ushort
{
    /// <summary>No permission.</summary>
    None = 0,

    /// <summary>To execute.</summary>
    Execute = 1,

    /// <summary>To write.</summary>
    Write = 2,

    /// <summary>To read.</summary>
    Read = 4,

    /// <summary>To read, to write and to execute.</summary>
    All = Read | Write | Execute,
}
