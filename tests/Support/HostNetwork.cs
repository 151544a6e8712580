using System.Diagnostics;
using System.Globalization;

namespace ProxyHelper.TestSupport;

/// <summary>
/// Represents the hosts of a test and the links between them. Each host has a network namespace whose name no other
/// test uses, so tests can use the same addresses at the same time.
/// </summary>
internal sealed class HostNetwork : IDisposable
{
    private const string Prefix = "proxyhelper";
    private const string Folder = "/run/netns";

    private static readonly Lazy<bool> _removal = new(RemoveAbandoned);
    private static int _count;

    private readonly List<NetworkHost> _hosts = [];
    private readonly string _prefix = $"{Prefix}-{Environment.ProcessId}-{Interlocked.Increment(ref _count)}";
    private int _ports;

    private HostNetwork()
    {
    }

    /// <summary>Creates a network without hosts. Skips the running test if this machine cannot create hosts.</summary>
    public static HostNetwork Create()
    {
        Requirement.Root();
        Requirement.Tool("ip");
        Requirement.Tool("nft");
        return Open();
    }

    /// <summary>Creates a network without hosts, for a program that has no test to skip.</summary>
    public static HostNetwork Open()
    {
        _ = _removal.Value;
        return new HostNetwork();
    }

    /// <summary>Adds a host, which has only a loopback device.</summary>
    /// <param name="role">The end of the name of the namespace. The test uses each role once.</param>
    public NetworkHost AddHost(string role)
    {
        var host = new NetworkHost($"{_prefix}-{role}");
        Tool.Run("ip", "netns", "add", host.Name);
        _hosts.Add(host);
        Tool.Run("ip", "-n", host.Name, "link", "set", "lo", "up");
        return host;
    }

    /// <summary>Adds a host that forwards packets.</summary>
    public NetworkHost AddRouter(string role)
    {
        NetworkHost router = AddHost(role);
        router.Configure("ipv4/ip_forward", "1");
        return router;
    }

    /// <summary>Adds a switch, for a link with more than two hosts. <see cref="Plug"/> connects the hosts.</summary>
    public NetworkHost AddSwitch(string role)
    {
        NetworkHost @switch = AddHost(role);
        Tool.Run("ip", "-n", @switch.Name, "link", "add", "bridge", "up", "type", "bridge");
        return @switch;
    }

    /// <summary>Connects two hosts. The new devices are up and have no addresses.</summary>
    public static void Connect(NetworkHost first, string firstDevice, NetworkHost second, string secondDevice)
    {
        string[] peer = ["peer", "name", secondDevice, "netns", second.Name];
        Tool.Run("ip", ["link", "add", firstDevice, "netns", first.Name, "type", "veth", .. peer]);
        Tool.Run("ip", "-n", first.Name, "link", "set", firstDevice, "up");
        Tool.Run("ip", "-n", second.Name, "link", "set", secondDevice, "up");
    }

    /// <summary>Connects a host to a switch.</summary>
    /// <returns>The device of the switch. If it is set down, the host's device has no carrier.</returns>
    public string Plug(NetworkHost host, string device, NetworkHost @switch)
    {
        string port = $"port{++_ports}";
        Connect(host, device, @switch, port);
        Tool.Run("ip", "-n", @switch.Name, "link", "set", port, "master", "bridge");
        return port;
    }

    /// <summary>
    /// Kills the programs that still run on the hosts and removes the hosts. If a host cannot be removed, the others
    /// are.
    /// </summary>
    public void Dispose()
    {
        var failures = new List<Exception>();
        foreach (NetworkHost host in _hosts)
        {
            try
            {
                Remove(host.Name);
            }
            catch (InvalidOperationException failure)
            {
                failures.Add(failure);
            }
        }

        _hosts.Clear();
        if (failures.Count > 0)
        {
            throw new AggregateException(failures);
        }
    }

    /// <summary>
    /// Removes the hosts of test programs that were killed. <see cref="Create"/> calls this method once in a program.
    /// </summary>
    internal static bool RemoveAbandoned()
    {
        string[] paths = Directory.Exists(Folder) ? Directory.GetFiles(Folder, $"{Prefix}-*") : [];
        foreach (string name in paths.Select(Path.GetFileName).OfType<string>())
        {
            if (name.Split('-') is [_, string process, ..] && !Directory.Exists($"/proc/{process}"))
            {
                try
                {
                    Remove(name);
                }
                catch (InvalidOperationException)
                {
                    // Another test program has removed the host at the same time.
                }
            }
        }

        return true;
    }

    private static void Remove(string name)
    {
        string processes = Tool.Run("ip", "netns", "pids", name);
        foreach (string line in processes.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            try
            {
                using var program = Process.GetProcessById(int.Parse(line, CultureInfo.InvariantCulture));
                program.Kill();
            }
            catch (ArgumentException)
            {
                // The program has ended by itself.
            }
        }

        Tool.Run("ip", "netns", "delete", name);
    }
}
