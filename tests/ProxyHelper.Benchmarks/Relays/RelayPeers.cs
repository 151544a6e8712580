using System.Globalization;
using System.Net;

namespace ProxyHelper.Benchmarks.Relays;

/// <summary>
/// Represents the programs around a relay: the target with the helper, and the users. They share one processor.
/// </summary>
internal sealed class RelayPeers(Workshop workshop)
{
    private const string Packages = "gcc libc6-dev";
    private const string Address = "127.0.0.1", RelayPort = "9199", HelperPort = "114";

    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(1);

    private readonly string _server = workshop.CompilePeer("relay_server", Packages);
    private readonly string _load = workshop.CompilePeer("relay_load", Packages);

    /// <summary>Gets the address and port of the target.</summary>
    public static IPEndPoint Target { get; } = IPEndPoint.Parse("127.0.0.1:7000");

    /// <summary>Starts the target and the helper.</summary>
    public RunningProgram StartServer()
    {
        RunningProgram server = RunningProgram.Start(_server, Address, HelperPort);
        server.AwaitAsync("Listening on ").GetAwaiter().GetResult();
        return server;
    }

    /// <summary>Runs users for a time.</summary>
    /// <param name="kind">What the users do: "connections", "upload" or "download".</param>
    /// <param name="count">The number of users.</param>
    /// <param name="time">The time.</param>
    /// <exception cref="InvalidOperationException">Thrown when a connection failed.</exception>
    public RelayLoad Run(string kind, int count, TimeSpan time)
    {
        using RunningProgram load = Start(kind, count, time);
        int status = load.WaitForExit(time + _limit);
        double[] numbers = status == 0
            ? [.. load.Output.Split(' ').Select(word => double.Parse(word, CultureInfo.InvariantCulture))]
            : throw new InvalidOperationException($"The load of {kind} ended with {status}: {load.Output.Trim()}");
        return new RelayLoad(numbers[0], numbers[1], numbers[2], numbers[4]);
    }

    /// <summary>Opens idle connections, which end with the program.</summary>
    public RunningProgram StartIdle(int count)
    {
        RunningProgram load = Start("idle", count, TimeSpan.Zero);
        load.AwaitAsync("open").GetAwaiter().GetResult();
        return load;
    }

    private RunningProgram Start(string kind, int count, TimeSpan time) => RunningProgram.Start(
        _load, Address, RelayPort, kind, $"{count}", time.TotalSeconds.ToString(CultureInfo.InvariantCulture));
}

/// <summary>Represents the results of a load.</summary>
/// <param name="Done">The number of connections that ended correctly, or of bytes.</param>
/// <param name="Failed">The number of connections that failed.</param>
/// <param name="Seconds">The time of the load.</param>
/// <param name="Percentile99">The 99th percentile of the time of a connection in microseconds.</param>
internal readonly record struct RelayLoad(double Done, double Failed, double Seconds, double Percentile99);
