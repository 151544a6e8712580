using ProxyHelper.Access;
using ProxyHelper.Linux;

namespace ProxyHelper.Daemon;

/// <summary>Represents a configuration file. A line has the form NAME = VALUE. Comments start with #.</summary>
/// <param name="Path">The path, as messages show it.</param>
/// <param name="Text">The text.</param>
/// <param name="IsPublic">Whether users other than the owner can read the file.</param>
internal sealed record ConfigurationFile(string Path, string Text, bool IsPublic)
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="IOException">Thrown when the file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Thrown when this user may not read the file.</exception>
    public static ConfigurationFile Read(string path)
    {
        using FileStream file = RegularFile.OpenRead(path);
        using var reader = new StreamReader(file);
        bool isPublic = PrivateFile.FindOtherUser(file.SafeFileHandle, path, AccessRights.Read) is not null;
        return new ConfigurationFile(path, reader.ReadToEnd(), isPublic);
    }

    /// <summary>Reads the lines. This method does not throw.</summary>
    public SettingValues Parse()
    {
        var values = new SettingValues(isFile: true);
        var places = new Dictionary<Setting, string>();
        using var lines = new StringReader(Text);
        for (int number = 1; lines.ReadLine()?.Trim() is { } line; number++)
        {
            if (line.Length > 0 && line[0] != '#')
            {
                ParseLine($"{Path}:{number}", line, values, places);
            }
        }

        return values;
    }

    private void ParseLine(string place, string line, SettingValues values, Dictionary<Setting, string> places)
    {
        int equals = line.IndexOf('=', StringComparison.Ordinal);
        string name = line[..Math.Max(equals, 0)].TrimEnd();
        if (name.Length == 0)
        {
            values.AddFault($"{place}: the line must have the form NAME = VALUE, such as: allow = 194.0.22.9");
        }
        else if (SettingList.Find(name) is not { } setting)
        {
            values.AddFault($"{place}: there is no setting '{name}'. See proxy-helper(8).");
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
