using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace ProxyHelper.Benchmarks.Relays;

/// <summary>Represents a relay that is measured: ours, or HAProxy with one thread and explicit splice.</summary>
/// <param name="Name">The name in the tables.</param>
/// <param name="Program">The path of the program.</param>
/// <param name="Arguments">The arguments of the program.</param>
internal sealed record RelayContender(string Name, string Program, params string[] Arguments)
{
    /// <summary>The name of the packaged relay.</summary>
    public const string Relay = "relay";

    /// <summary>The name of the relay that asks no helper, for what the queries cost.</summary>
    public const string WithoutQuery = "no-query";

    /// <summary>The name of HAProxy.</summary>
    public const string Haproxy = "haproxy";

    /// <summary>The largest number of connections, each of which needs two of 20,000 descriptors.</summary>
    public const int MaxConnections = 9000;

    private static readonly IPEndPoint _listen = IPEndPoint.Parse("127.0.0.1:9199");

    /// <summary>Gets the configuration of HAProxy.</summary>
    public static string HaproxyConfiguration { get; } = $"""
        global
            nbthread 1
            maxconn {MaxConnections}
            maxpipes 400
            tune.bufsize 65536
            tune.pipesize 262144
        defaults
            mode tcp
            timeout connect 3s
            timeout client 10m
            timeout server 10m
            maxconn {MaxConnections}
            backlog 4096
            option splice-request
            option splice-response
        listen relay
            bind {_listen}
            server target {RelayPeers.Target} send-proxy-v2

        """;

    /// <summary>Makes the packaged relay, without a limit of connections for a source.</summary>
    public static RelayContender RelayOf(string daemon) => new(
        Relay, daemon, "relay", "--listen", $"{_listen}", "--to", $"{RelayPeers.Target}", "--router", "127.0.0.1",
        "--max-connections", $"{MaxConnections}");

    /// <summary>Makes the relay without queries, which this program contains (<see cref="RelayHost"/>).</summary>
    public static RelayContender RelayWithoutQuery() => new(
        WithoutQuery, Environment.ProcessPath!, "relay", RelayHost.Command, $"{_listen}", $"{RelayPeers.Target}");

    /// <summary>Makes HAProxy with its configuration in a file.</summary>
    public static RelayContender HaproxyWith(string configuration) => new(Haproxy, Haproxy, "-db", "-f", configuration);

    /// <summary>
    /// Starts the program on its processor, in the calling thread's network, and waits until it accepts connections.
    /// </summary>
    /// <exception cref="InvalidOperationException">Thrown when the program ended or was not ready in time.</exception>
    public RunningProgram Start()
    {
        Processor.Keep(Processor.OfContender);
        RunningProgram program = RunningProgram.Start(Program, Arguments);
        Processor.Keep(Processor.OfLoad);
        var clock = Stopwatch.StartNew();
        while (!IsListening())
        {
            if (clock.Elapsed > Patience.Limit || !Directory.Exists($"/proc/{program.Id}"))
            {
                string output = program.Output.Trim();
                program.Dispose();
                throw new InvalidOperationException($"{Name} does not listen on {_listen}. Its output:\n{output}");
            }
        }

        return program;
    }

    private static bool IsListening()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(_listen);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
