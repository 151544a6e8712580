using System.Runtime.Versioning;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;

namespace ProxyHelper.Access;

/// <summary>
/// Reads the shared secret from a file, so that the secret is neither in the list of processes nor in the history of a
/// shell.
/// </summary>
public static class SecretFile
{
    private const int MaxLength = 64; // ten digits and some white space

    /// <summary>Reads the secret, a decimal number from 0 to 4294967295.</summary>
    /// <exception cref="SecretFileException">
    /// Thrown when other users can use the file, or the file contains no such number. The POSIX access list counts, and
    /// not only the mode.
    /// </exception>
    /// <exception cref="IOException">Thrown when the file cannot be read, or is not a regular file.</exception>
    /// <exception cref="UnauthorizedAccessException">Thrown when the process may not read the file.</exception>
    [UnsupportedOSPlatform("windows")]
    public static uint Read(string path) => Read(path, userId: null);

    /// <summary>Reads the secret from a file that a certain user may also use.</summary>
    /// <param name="path">The path.</param>
    /// <param name="userId">The number of the user that this process becomes, or null.</param>
    /// <exception cref="IOException">Thrown when the file is rejected or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Thrown when the process may not read the file.</exception>
    [UnsupportedOSPlatform("windows")]
    internal static uint Read(string path, uint? userId)
    {
        using FileStream file = RegularFile.OpenRead(path);
        const AccessRights use = AccessRights.Read | AccessRights.Write;
        if (PrivateFile.FindOtherUser(file.SafeFileHandle, path, use, userId) is { } others)
        {
            throw new SecretFileException(path, $"{others} can read or change it", isUnsafe: true);
        }

        // The message does not contain the text, because it may be almost the secret.
        Span<byte> text = stackalloc byte[MaxLength];
        int length = file.ReadAtLeast(text, MaxLength, throwOnEndOfStream: false);
        return length < MaxLength && NumberText.TryRead(TrimWhiteSpace(text[..length]), out uint secret)
            ? secret
            : throw new SecretFileException(path, "its text is not one number from 0 to 4294967295", isUnsafe: false);
    }

    /// <summary>Returns the command with which only the owner of a file can use the file.</summary>
    public static string RestrictionCommand(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return $"chmod 600 {ArgumentOf(path)}";
    }

    /// <summary>
    /// Returns the command that writes a secret file, which only its owner can use, and the missing folders above the
    /// file. The command reads the number from the terminal, so that the number is not in the history of the shell.
    /// </summary>
    public static string CreationCommand(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return $"install -D -m 600 /dev/stdin {ArgumentOf(path)}";
    }

    /// <summary>Returns a path as an argument of a shell's command.</summary>
    private static string ArgumentOf(string path)
    {
        bool isPlain = path.Length > 0
            && path.All(character => char.IsAsciiLetterOrDigit(character) || "/._-+:@".Contains(character));
        string quoted = isPlain ? path : $"'{path.Replace("'", @"'\''", StringComparison.Ordinal)}'";
        return (path.StartsWith('-') ? "-- " : string.Empty) + quoted;
    }

    private static ReadOnlySpan<byte> TrimWhiteSpace(ReadOnlySpan<byte> text) => text.Trim(" \t\r\n\v\f"u8);
}

/// <summary>
/// The exception that is thrown when a secret file is rejected. It contains nothing of the file's content.
/// </summary>
public sealed class SecretFileException : IOException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="reason">The reason why the file is rejected.</param>
    /// <param name="isUnsafe">Whether the reason is that other users can use the file.</param>
    public SecretFileException(string path, string reason, bool isUnsafe)
        : base($"The secret file {path} is rejected: {reason}.")
    {
        Path = path;
        IsUnsafe = isUnsafe;
    }

    /// <summary>Gets the path of the file.</summary>
    public string Path { get; }

    /// <summary>Gets whether the file is rejected because other users can use it, not because of its content.</summary>
    public bool IsUnsafe { get; }
}
