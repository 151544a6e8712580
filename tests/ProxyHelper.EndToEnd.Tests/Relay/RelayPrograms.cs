using ProxyHelper.TestSupport.Relay;

namespace ProxyHelper.EndToEnd.Relay;

/// <summary>Starts the daemon as the helper on the router, and as the relay on the proxy's host.</summary>
internal static class RelayPrograms
{
    /// <summary>Starts the helper on 194.0.1.1:114 and waits until it answers queries.</summary>
    public static Task<RunningProgram> StartHelperAsync(
        RelayNetwork network, PublishedDaemon daemon, params string[] arguments) => StartAsync(
        network.Router,
        "Listening on UDP 194.0.1.1:114",
        daemon.Program,
        [
            "-I", RelayNetwork.RouterAddress, "--allow", RelayNetwork.ProxyAddress, "--failover-grace", "0",
            .. arguments,
        ]);

    /// <summary>Starts a relay on 194.0.22.9:9199 and waits until it accepts connections.</summary>
    /// <param name="network">The hosts.</param>
    /// <param name="daemon">The program.</param>
    /// <param name="target">The program behind the relay, as --to names it.</param>
    /// <param name="arguments">More arguments.</param>
    public static Task<RunningProgram> StartRelayAsync(
        RelayNetwork network, PublishedDaemon daemon, string target, params string[] arguments) => StartAsync(
        network.Proxy,
        $"Listening on TCP {RelayNetwork.RelayEndPoint}",
        daemon.Program,
        [
            "relay", "--listen", RelayNetwork.RelayEndPoint, "--to", target, "--router", RelayNetwork.RouterAddress,
            .. arguments,
        ]);

    /// <summary>Starts a relay with the text of a configuration file and waits until it accepts connections.</summary>
    public static async Task<RunningProgram> StartConfiguredRelayAsync(
        RelayNetwork network, PublishedDaemon daemon, string configuration)
    {
        string path = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(path, configuration);
            return await StartAsync(network.Proxy, "Listening on TCP", daemon.Program, ["relay", "-c", path]);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static async Task<RunningProgram> StartAsync(
        NetworkHost host, string ready, string program, string[] arguments)
    {
        RunningProgram started = host.Run(() => RunningProgram.Start(program, arguments));
        try
        {
            await started.AwaitAsync(ready);
            return started;
        }
        catch
        {
            started.Dispose();
            throw;
        }
    }
}
