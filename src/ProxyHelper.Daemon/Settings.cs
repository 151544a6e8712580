using System.Net;
using ProxyHelper.Server;

namespace ProxyHelper.Daemon;

/// <summary>All that the command line and the configuration file say.</summary>
internal sealed record Settings
{
    /// <summary>What to answer on, and how. The secret is in it only when it was given as such.</summary>
    public required ResponderOptions Responder { get; init; }

    /// <summary>Where to read the secret, or null.</summary>
    public string? SecretFile { get; init; }

    /// <summary>Where to write the process's number, or null.</summary>
    public string? PidFile { get; init; }

    /// <summary>Whom to become once the sockets are open, or null.</summary>
    public string? User { get; init; }

    /// <summary>Where to show the counters, or null.</summary>
    public IPEndPoint? Metrics { get; init; }

    /// <summary>The options with the secret in them.</summary>
    /// <exception cref="IOException">The secret's file cannot be used.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public ResponderOptions WithSecret() =>
        SecretFile is { } path ? Responder with { Secret = Access.SecretFile.Read(path) } : Responder;

    /// <summary>The names of the settings that differ, and that only a new start can change.</summary>
    public IEnumerable<string> NeedRestart(Settings other)
    {
        (string Name, bool IsSame)[] settings =
        [
            ("address", Responder.Addresses.SequenceEqual(other.Responder.Addresses)),
            ("port", Responder.Port == other.Responder.Port),
            ("tcp-port", Responder.OriginPort == other.Responder.OriginPort),
            ("workers", Responder.Workers == other.Responder.Workers),
            ("allow-absent-address", Responder.AllowsAbsentAddresses == other.Responder.AllowsAbsentAddresses),
            ("pid-file", PidFile == other.PidFile),
            ("user", User == other.User),
            ("metrics", Equals(Metrics, other.Metrics)),
        ];
        return settings.Where(setting => !setting.IsSame).Select(setting => setting.Name);
    }
}
