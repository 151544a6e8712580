namespace ProxyHelper.Diagnosis;

/// <summary>
/// Represents smtp-gated's configuration, as far as a split set-up depends on it. The rules are those of smtp-gated
/// 1.4.21: a comment has a line of its own, and everything after a name is the value. Names and modes are
/// case-sensitive. The last of two values counts.
/// </summary>
internal sealed class SmtpGatedConfiguration
{
    /// <summary>The name of the mode.</summary>
    public const string ModeName = "mode";

    /// <summary>The name of the port of the helper.</summary>
    public const string RemotePortName = "remote_port";

    /// <summary>The name of the secret.</summary>
    public const string SecretName = "remote_udp_secret";

    /// <summary>The name of the limit of connections from one address.</summary>
    public const string MaxPerHostName = "max_per_host";

    /// <summary>
    /// The name that a fault has if the line has none of the other names. No such name is in a configuration.
    /// </summary>
    public const string NoName = "";

    private const string Blanks = " \t";

    // The modes of all builds. Each build knows some of these modes.
    private static readonly string[] _modes =
    [
        "none", "fixed", "fixed+xclient", "remote", "remote-udp", "getsockname", "netfilter", "tproxy", "ipfw",
        "ipfilter", "pf",
    ];

    private static readonly string[] _names = [ModeName, RemotePortName, SecretName, MaxPerHostName];

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SmtpGatedFault> _faults = new(StringComparer.Ordinal);

    private SmtpGatedConfiguration()
    {
    }

    /// <summary>Gets the mode as it is written, "none" by default.</summary>
    public string Mode { get; private set; } = "none";

    /// <summary>Gets the port of the helper, 114 by default.</summary>
    public ushort RemotePort { get; private set; } = 114;

    /// <summary>Gets the secret. The default is 0, which means no secret.</summary>
    public uint Secret { get; private set; }

    /// <summary>Gets how many connections from one address smtp-gated accepts, 8 by default.</summary>
    public uint MaxPerHost { get; private set; } = 8;

    /// <summary>Returns the value of a name as it is written, or null if the file does not set the value.</summary>
    public string? TextOf(string name) => _values.GetValueOrDefault(name);

    /// <summary>Returns the first fault about a name that keeps smtp-gated from starting, or null.</summary>
    public SmtpGatedFault? FaultOf(string name) => _faults.GetValueOrDefault(name);

    /// <summary>Parses a text.</summary>
    public static SmtpGatedConfiguration Parse(string text)
    {
        var configuration = new SmtpGatedConfiguration();
        int number = 0;
        foreach (Range line in text.AsSpan().Split('\n'))
        {
            configuration.ReadLine(text.AsSpan()[line], ++number);
        }

        return configuration;
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="IOException">Thrown when the file cannot be read or is larger than 1 MiB.</exception>
    /// <exception cref="UnauthorizedAccessException">Thrown when the process may not read the file.</exception>
    public static SmtpGatedConfiguration Read(string path) => Parse(ConfigurationText.Read(path));

    private void ReadLine(ReadOnlySpan<char> line, int number)
    {
        ReadOnlySpan<char> text = UpTo(line, '\0').TrimStart(Blanks);
        if (text.IsEmpty || text[0] is '#' or ';' or '\r')
        {
            return;
        }

        int end = text.IndexOfAny(Blanks);
        string name = (end < 0 ? text.TrimEnd('\r') : text[..end]).ToString();
        if (end < 0)
        {
            AddFault(name, number, "has no value");
            return;
        }

        string value = UpTo(text[end..], '\r').Trim(Blanks).ToString();
        if (_names.Contains(name))
        {
            _values[name] = value;
            Set(name, value, number);
        }
        else if (_names.FirstOrDefault(known => IsMeant(known, name)) is { } known)
        {
            AddFault(known, number, $"is written '{name}', which is not a name of smtp-gated");
        }
    }

    private static bool IsMeant(string known, string name) =>
        name.Trim('\uFEFF').Equals(known, StringComparison.OrdinalIgnoreCase);

    private void Set(string name, string value, int line)
    {
        bool isNumber = ScannedInteger.TryRead(value, out int number);
        switch (name)
        {
            case ModeName when _modes.Contains(value) || isNumber:
                Mode = value;
                break;
            case ModeName:
                AddFault(name, line, value.Length == 0 ? "has no value" : $"has the unknown value '{value}'");
                break;
            case RemotePortName when isNumber && number is > 0 and <= ushort.MaxValue:
                RemotePort = (ushort)number;
                break;
            case SecretName when isNumber:
                Secret = unchecked((uint)number);
                break;
            case MaxPerHostName when isNumber:
                MaxPerHost = unchecked((uint)number);
                break;
            case SecretName:
                AddFault(name, line, "is not a number");
                break;
            default:
                AddFault(name, line, $"has the invalid value '{value}'");
                break;
        }
    }

    private void AddFault(string name, int line, string reason) =>
        _faults.TryAdd(_names.Contains(name) ? name : NoName, new SmtpGatedFault(line, name, reason));

    private static ReadOnlySpan<char> UpTo(ReadOnlySpan<char> text, char end) =>
        text.IndexOf(end) is var at and >= 0 ? text[..at] : text;
}

/// <summary>Represents a line that keeps smtp-gated from starting.</summary>
/// <param name="Line">The number of the line, from 1.</param>
/// <param name="Name">The name on the line.</param>
/// <param name="Reason">What is wrong, as the predicate of a sentence about the name.</param>
internal sealed record SmtpGatedFault(int Line, string Name, string Reason);
