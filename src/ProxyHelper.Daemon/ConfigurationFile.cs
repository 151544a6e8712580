namespace ProxyHelper.Daemon;

/// <summary>A file of settings: a line for each, NAME = VALUE. What begins with # is for people.</summary>
internal static class ConfigurationFile
{
    private const UnixFileMode ReadableByOthers = UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Reads the lines.</summary>
    /// <exception cref="SettingsException">The file cannot be read, or a line is no setting.</exception>
    public static List<Line> Read(string path)
    {
        string[] lines;
        bool isReadableByOthers;
        try
        {
            lines = File.ReadAllLines(path);
            isReadableByOthers = (File.GetUnixFileMode(path) & ReadableByOthers) != UnixFileMode.None;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"The configuration cannot be read: {failure.Message}", isInFile: true);
        }

        var settings = new List<Line>();
        for (int i = 0; i < lines.Length; i++)
        {
            string text = lines[i].Trim();
            if (text.Length > 0 && text[0] != '#')
            {
                settings.Add(Line.Parse($"{path}:{i + 1}", text));
            }
        }

        return settings.Find(line => line.Name == "secret") is { } secret && isReadableByOthers
            ? throw new SettingsException($"{secret.Place}: others may read this file, so the secret is none. chmod 600 {path}, or use secret-file.", isInFile: true)
            : settings;
    }

    /// <summary>A setting.</summary>
    /// <param name="Place">The file and the line's number.</param>
    /// <param name="Name">The option's long name.</param>
    /// <param name="Value">Its value.</param>
    internal sealed record Line(string Place, string Name, string Value)
    {
        /// <summary>Takes a line apart.</summary>
        /// <exception cref="SettingsException">It is no setting.</exception>
        public static Line Parse(string place, string text)
        {
            int equals = text.IndexOf('=', StringComparison.Ordinal);
            return equals > 0
                ? new Line(place, text[..equals].TrimEnd(), text[(equals + 1)..].TrimStart())
                : throw new SettingsException($"{place}: a line is NAME = VALUE, such as: allow = 194.0.22.9", isInFile: true);
        }
    }
}
