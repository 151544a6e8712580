using System.Text;
using ProxyHelper.Access;
using ProxyHelper.Linux;

namespace ProxyHelper.Daemon.Configuration;

/// <summary>Represents a configuration file. A line has the form NAME = VALUE. Comments start with #.</summary>
/// <param name="Path">The path, as messages show it.</param>
/// <param name="Text">The text.</param>
/// <param name="IsPublic">Whether users other than the owner can read the file.</param>
internal sealed record ConfigurationFile(string Path, string Text, bool IsPublic)
{
    private const char ByteOrderMark = '\ufeff'; // some editors write it before the first line
    private const int MaxLength = 1024 * 1024; // bytes; 1000 prefixes need a thirtieth of it

    private static readonly UTF8Encoding _strictText = new(
        encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// Reads a whole file. A part of a file could lack restrictions, so that a file that is being written is refused.
    /// </summary>
    /// <exception cref="IOException">Thrown when the file cannot be read, or is no text.</exception>
    /// <exception cref="UnauthorizedAccessException">Thrown when this user may not read the file.</exception>
    public static ConfigurationFile Read(string path)
    {
        using FileStream file = RegularFile.OpenRead(path);
        bool isPublic = PrivateFile.FindOtherUser(file.SafeFileHandle, path, AccessRights.Read) is not null;
        byte[] bytes = ReadWhole(file, path);
        try
        {
            return new ConfigurationFile(path, _strictText.GetString(bytes), isPublic);
        }
        catch (DecoderFallbackException)
        {
            throw new IOException($"{path} is not a text in UTF-8.");
        }
    }

    /// <summary>Reads the lines. This method does not throw.</summary>
    public SettingValues<TSettings> Parse<TSettings>(DaemonCommand<TSettings> command)
        where TSettings : ProcessSettings
    {
        var values = new SettingValues<TSettings>(isFile: true);
        var lines = new ConfigurationLines<TSettings>(command, this, values);
        using var reader = new StringReader(Text.TrimStart(ByteOrderMark));
        for (int number = 1; reader.ReadLine()?.Trim() is { } line; number++)
        {
            if (line.Length > 0 && line[0] != '#')
            {
                lines.Parse($"{Path}:{number}", line);
            }
        }

        if (!lines.HasSetting && values.Faults.Count == 0)
        {
            values.AddFault($"{Path} contains no setting, so that restrictions may be missing.");
        }

        return values;
    }

    private static byte[] ReadWhole(FileStream file, string path)
    {
        FileState before = FileState.Read(file.SafeFileHandle);
        if (before.Size > MaxLength)
        {
            throw new IOException($"{path} is longer than {MaxLength} bytes.");
        }

        byte[] bytes = new byte[before.Size];
        int length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return length == bytes.Length && FileState.Read(file.SafeFileHandle) == before
            ? bytes
            : throw new IOException($"{path} changed while it was read.");
    }
}
