using ProxyHelper.Addresses;

namespace ProxyHelper.Diagnosis;

/// <summary>smtp-gated's configuration, as far as a split set-up depends on it: a key and its value a line, comments behind #.</summary>
internal sealed class SmtpGatedConfiguration
{
    private const long LongestFile = 1024 * 1024;

    private readonly Dictionary<string, string> _values = new(StringComparer.OrdinalIgnoreCase);

    private SmtpGatedConfiguration()
    {
    }

    /// <summary>"remote-udp" or "remote" when it asks a helper.</summary>
    public string? Mode => Value("mode");

    /// <summary>The helper's port; null when it is not set or is none.</summary>
    public ushort? RemotePort => Number<ushort>("remote_port");

    /// <summary>The secret; null when it is not set or is none.</summary>
    public uint? Secret => Number<uint>("remote_udp_secret");

    /// <summary>Whether there is a secret that is no plain number.</summary>
    public bool HasUnreadableSecret => Value("remote_udp_secret") is not null && Secret is null;

    /// <summary>How many connections of one address it takes; null when it is not set or is none.</summary>
    public uint? MaximumPerHost => Number<uint>("max_per_host");

    /// <summary>Reads the text.</summary>
    public static SmtpGatedConfiguration Parse(string text)
    {
        var configuration = new SmtpGatedConfiguration();
        foreach (string line in text.Split('\n'))
        {
            if (line.Split('#')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is [var key, var value, ..])
            {
                configuration._values[key] = value;
            }
        }

        return configuration;
    }

    /// <summary>Reads the file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static SmtpGatedConfiguration Read(string path) => new FileInfo(path).Length <= LongestFile
        ? Parse(File.ReadAllText(path))
        : throw new IOException("It is too long to be a configuration.");

    private string? Value(string key) => _values.GetValueOrDefault(key);

    private T? Number<T>(string key)
        where T : struct, System.Numerics.IBinaryInteger<T> => Value(key) is { } text && NumberText.TryRead(text, out T number) ? number : null;
}
