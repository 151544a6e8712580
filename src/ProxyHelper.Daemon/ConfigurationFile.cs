using System.Text;
using ProxyHelper.Access;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;

namespace ProxyHelper.Daemon;

/// <summary>Represents a configuration file. A line has the form NAME = VALUE. Comments start with #.</summary>
/// <param name="Path">The path, as messages show it.</param>
/// <param name="Text">The text.</param>
/// <param name="IsPublic">Whether users other than the owner can read the file.</param>
internal sealed record ConfigurationFile(string Path, string Text, bool IsPublic)
{
    private const char ByteOrderMark = '\ufeff'; // some editors write it before the first line
    private const int MaxName = 60; // characters of a name in a message
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
    public SettingValues Parse()
    {
        var values = new SettingValues(isFile: true);
        var places = new Dictionary<Setting, string>();
        using var lines = new StringReader(Text.TrimStart(ByteOrderMark));
        for (int number = 1; lines.ReadLine()?.Trim() is { } line; number++)
        {
            if (line.Length > 0 && line[0] != '#')
            {
                ParseLine($"{Path}:{number}", line, values, places);
            }
        }

        if (places.Count == 0 && values.Faults.Count == 0)
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

    private void ParseLine(string place, string line, SettingValues values, Dictionary<Setting, string> places)
    {
        int equals = line.IndexOf('=', StringComparison.Ordinal);
        string name = line[..Math.Max(equals, 0)].TrimEnd();
        if (line.Contains('\0', StringComparison.Ordinal))
        {
            values.AddFault($"{place}: the line contains a NUL character, so that the file may be damaged.");
        }
        else if (name.Length == 0)
        {
            values.AddFault($"{place}: the line must have the form NAME = VALUE, such as 'allow = 194.0.22.9'.");
        }
        else if (SettingList.Find(name) is not { } setting)
        {
            string shown = PrintableText.From(name, MaxName);
            values.AddFault($"{place}: there is no setting '{shown}'. See proxy-helper(8).");
        }
        else if (!places.TryAdd(setting, place) && !setting.IsRepeatable)
        {
            values.AddFault($"{place}: '{name}' is already set in {places[setting]}.");
        }
        else if (setting.IsSecret && IsPublic)
        {
            values.AddFault($"{place}: the secret is rejected: other users can read this file. "
                + $"Run '{SecretFile.RestrictionCommand(Path)}', or use secret-file.");
        }
        else
        {
            values.Read(place, setting, line[(equals + 1)..].TrimStart());
        }
    }
}
