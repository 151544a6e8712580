using System.Numerics;
using ProxyHelper.Addresses;

namespace ProxyHelper.Diagnosis;

/// <summary>
/// Represents smtp-gated's configuration, as far as a split set-up depends on it. A line has a key and its value.
/// Comments start with #.
/// </summary>
internal sealed class SmtpGatedConfiguration
{
    private const long MaxFileSize = 1024 * 1024;

    private readonly Dictionary<string, string> _values = new(StringComparer.OrdinalIgnoreCase);

    private SmtpGatedConfiguration()
    {
    }

    /// <summary>Gets the mode: "remote-udp" or "remote" if smtp-gated asks a helper.</summary>
    public string? Mode => Value("mode");

    /// <summary>Gets the port of the helper, or null if it is not set or is not a port.</summary>
    public ushort? RemotePort => Number<ushort>("remote_port");

    /// <summary>Gets the secret, or null if it is not set or is not a number.</summary>
    public uint? Secret => Number<uint>("remote_udp_secret");

    /// <summary>Gets whether the secret is set, but is not a plain number.</summary>
    public bool HasUnreadableSecret => Value("remote_udp_secret") is not null && Secret is null;

    /// <summary>
    /// Gets how many connections from one address smtp-gated accepts, or null if the limit is not set or not a number.
    /// </summary>
    public uint? MaximumPerHost => Number<uint>("max_per_host");

    /// <summary>Parses a text.</summary>
    public static SmtpGatedConfiguration Parse(string text)
    {
        var configuration = new SmtpGatedConfiguration();
        foreach (string line in text.Split('\n'))
        {
            string[] words = line.Split('#')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words is [var key, var value, ..])
            {
                configuration._values[key] = value;
            }
        }

        return configuration;
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="IOException">Thrown when the file cannot be read or is larger than 1 MiB.</exception>
    /// <exception cref="UnauthorizedAccessException">Thrown when the process may not read the file.</exception>
    public static SmtpGatedConfiguration Read(string path) => new FileInfo(path).Length <= MaxFileSize
        ? Parse(File.ReadAllText(path))
        : throw new IOException("The file is too large for a configuration.");

    private string? Value(string key) => _values.GetValueOrDefault(key);

    private T? Number<T>(string key)
        where T : struct, IBinaryInteger<T> =>
        Value(key) is { } text && NumberText.TryRead(text, out T number) ? number : null;
}
