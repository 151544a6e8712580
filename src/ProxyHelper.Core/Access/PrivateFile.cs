using System.Globalization;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;
using ProxyHelper.Linux;

namespace ProxyHelper.Access;

/// <summary>Finds out whether users other than the owner of a file can use the file.</summary>
internal static class PrivateFile
{
    private const string CredentialsVariable = "CREDENTIALS_DIRECTORY"; // systemd.exec(5)

    /// <summary>Names other users who can use a file.</summary>
    /// <param name="file">The open file.</param>
    /// <param name="path">The path of the file.</param>
    /// <param name="rights">What the others must not be able to do: to read the file, or also to write to it.</param>
    /// <param name="userId">The number of a user who may use the file, or null.</param>
    /// <returns>A noun such as "other users", or null if no other user can use the file.</returns>
    /// <remarks>
    /// Root and the user of this process may use the file, too. A credential of the service manager may be readable for
    /// a group and for named users, because the manager chose them.
    /// </remarks>
    [UnsupportedOSPlatform("windows")]
    public static string? FindOtherUser(
        SafeFileHandle file, string path, AccessRights rights, uint? userId = null)
    {
        if (OperatingSystem.IsLinux())
        {
            return FindOnLinux(file, path, rights, userId);
        }

        int mode = (int)File.GetUnixFileMode(file);
        return ((mode | (mode >> 3)) & (int)rights) != 0 ? "other users" : null;
    }

    [SupportedOSPlatform("linux")]
    private static string? FindOnLinux(SafeFileHandle file, string path, AccessRights rights, uint? userId)
    {
        if (AccessList.Read(file) is not { } list)
        {
            return "unknown users"; // the kernel accepts only valid lists
        }

        FileState state = FileState.Read(file);
        uint?[] known = [0, state.Owner, Privileges.UserId, userId];
        bool isCredential = IsCredential(path, state);
        foreach (AccessEntry entry in list.Entries)
        {
            bool isKnown = entry.Tag == AccessTag.Owner || (entry.Tag == AccessTag.User && known.Contains(entry.Id));
            AccessRights allowed = isKnown ? AccessRights.All
                : isCredential && entry.Tag != AccessTag.Others ? AccessRights.Read
                : AccessRights.None;
            if ((entry.Rights & rights & ~allowed) != AccessRights.None)
            {
                return Describe(entry);
            }
        }

        return null;
    }

    /// <summary>
    /// Returns whether a file is a credential that the service manager gave to this process (LoadCredential=).
    /// </summary>
    [SupportedOSPlatform("linux")]
    private static bool IsCredential(string path, FileState opened) =>
        Environment.GetEnvironmentVariable(CredentialsVariable) is { Length: > 0 } folder
        && Path.GetDirectoryName(Path.GetFullPath(path)) == Path.TrimEndingDirectorySeparator(folder)
        && FileState.TryRead(path, followLink: false, out FileState named) == Errno.None
        && named.Identity == opened.Identity // no symbolic link to another file
        && (opened.Owner == 0 || opened.Owner == Privileges.UserId);

    private static string Describe(AccessEntry entry) => entry.Tag switch
    {
        AccessTag.User => string.Create(CultureInfo.InvariantCulture, $"the user with the number {entry.Id}"),
        AccessTag.Group => string.Create(CultureInfo.InvariantCulture, $"the group with the number {entry.Id}"),
        _ => "other users",
    };
}
