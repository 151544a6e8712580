using System.Net;
using ProxyHelper.Server;

namespace ProxyHelper.Daemon;

/// <summary>All that the command line and the configuration file say.</summary>
internal sealed record Settings
{
    /// <summary>Gets the settings of the responder that only a restart can change.</summary>
    public required ListenOptions Listen { get; init; }

    /// <summary>Gets the settings of the responder that a reload can change. The secret of a secret file is not among them.</summary>
    public required AnswerRules Rules { get; init; }

    /// <summary>Where to read the secret, or null.</summary>
    public string? SecretFile { get; init; }

    /// <summary>Where to write the process's number, or null.</summary>
    public string? PidFile { get; init; }

    /// <summary>Whom to become once the sockets are open, or null.</summary>
    public string? User { get; init; }

    /// <summary>Where to show the counters, or null.</summary>
    public IPEndPoint? Metrics { get; init; }

    /// <summary>Returns the rules with the secret of the secret file.</summary>
    /// <exception cref="IOException">The secret's file cannot be used.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public AnswerRules RulesWithSecret() =>
        SecretFile is { } path ? Rules with { Secret = Access.SecretFile.Read(path) } : Rules;

    /// <summary>The names of the settings that differ, and that only a new start can change.</summary>
    public IEnumerable<string> NeedRestart(Settings other)
    {
        (string Name, bool IsSame)[] settings =
        [
            ("address", Listen.Addresses.SequenceEqual(other.Listen.Addresses)),
            ("port", Listen.Port == other.Listen.Port),
            ("tcp-port", Listen.TcpPort == other.Listen.TcpPort),
            ("workers", Listen.Workers == other.Listen.Workers),
            ("allow-absent-address", Listen.AllowAbsentAddresses == other.Listen.AllowAbsentAddresses),
            ("pid-file", PidFile == other.PidFile),
            ("user", User == other.User),
            ("metrics", Equals(Metrics, other.Metrics)),
        ];
        return settings.Where(setting => !setting.IsSame).Select(setting => setting.Name);
    }
}
