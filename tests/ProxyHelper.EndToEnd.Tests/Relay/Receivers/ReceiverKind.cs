namespace ProxyHelper.EndToEnd.Relay.Receivers;

/// <summary>Describes a receiver of docs/relay.md, and how it starts in the foreground.</summary>
/// <param name="Name">The name of the receiver.</param>
/// <param name="Program">The program.</param>
/// <param name="Language">The language of the block with the configuration.</param>
/// <param name="Listener">The address and port that the receiver listens on, or the path of its socket.</param>
internal sealed record ReceiverKind(string Name, string Program, string Language, string Listener)
{
    /// <summary>Gets the receivers. The ones that read HTTP get no TLS.</summary>
    public static IReadOnlyList<ReceiverKind> All { get; } =
    [
        new("HAProxy", "haproxy", "haproxy", "127.0.0.1:9001") { Arguments = ["-db", "-f", "FILE"] },
        new("HAProxy HTTP", "haproxy", "haproxy", "127.0.0.1:9003")
        {
            Arguments = ["-db", "-f", "FILE"], ReadsHttp = true,
        },
        new("nginx", "nginx", "nginx", "127.0.0.1:9002") { Arguments = _nginx, LogFile = "stream.log" },
        new("nginx HTTP", "nginx", "nginx", "127.0.0.1:9004")
        {
            Arguments = _nginx, LogFile = "access.log", ReadsHttp = true,
        },
        new("Squid", "squid", "squid", "127.0.0.1:9023")
        {
            Arguments = ["-N", "-f", "FILE"], LogFile = "access.log", ReadsHttp = true, Target = "127.0.0.1:3128",
            Rules = DocumentedRules.Read("docs/relay.md", "nft", "relay_to_squid"),
        },
        new("HAProxy on a Unix socket", "haproxy", "haproxy", "/run/haproxy/relay.sock")
        {
            Arguments = ["-db", "-f", "FILE"], Target = "unix:/run/haproxy/relay.sock",
            Replaced = "bind 127.0.0.1:9001 accept-proxy", Replacement = ReceiverFolder.ReadCode("bind unix@"),
        },
        new("nginx on a Unix socket", "nginx", "nginx", "/run/nginx-relay/relay.sock")
        {
            Arguments = _nginx, LogFile = "stream.log", Target = "unix:/run/nginx-relay/relay.sock",
            Replaced = "listen 127.0.0.1:9002 proxy_protocol;", Replacement = ReceiverFolder.ReadCode("listen unix:"),
        },
    ];

    private static string[] _nginx => ["-c", "FILE", "-g", "daemon off;"];

    /// <summary>Gets the arguments. FILE is the path of the configuration.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>Gets the name of the log of connections. Without a name, the log is the output.</summary>
    public string? LogFile { get; init; }

    /// <summary>Gets whether the receiver reads HTTP, and adds the user's address to it.</summary>
    public bool ReadsHttp { get; init; }

    /// <summary>Gets what the relay connects to, as --to names it.</summary>
    public string Target { get => field ?? Listener; init; }

    /// <summary>Gets rules that the proxy's host needs.</summary>
    public DocumentedRules? Rules { get; init; }

    /// <summary>Gets words of the configuration that <see cref="Replacement"/> replaces.</summary>
    public string? Replaced { get; init; }

    /// <summary>Gets other words of docs/relay.md.</summary>
    public string? Replacement { get; init; }

    /// <summary>Returns the configuration of docs/relay.md.</summary>
    public string ReadConfiguration()
    {
        string block = ReceiverFolder.ReadBlock(Language);
        return Replaced is null ? block : block.Replace(Replaced, Replacement, StringComparison.Ordinal);
    }

    /// <summary>Returns the receiver with a name.</summary>
    public static ReceiverKind Named(string name) => All.Single(kind => kind.Name == name);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
