namespace ProxyHelper.TestSupport.Pair;

/// <summary>
/// Represents the cables, switches and hosts of a pair: the two routers, a host with the addresses of all users, and
/// the proxy. Mail servers need no host, because the routers redirect every connection to them.
/// </summary>
internal sealed class PairNetwork : IDisposable
{
    /// <summary>The address of the proxy.</summary>
    public const string ProxyAddress = "194.0.22.9";

    /// <summary>The gateway of the users, which the active router has.</summary>
    public const string UserGateway = "10.1.0.1";

    /// <summary>The gateway of the proxy, which the active router has.</summary>
    public const string ProxyGateway = "194.0.22.1";

    /// <summary>Gets the addresses that only the active router has, and their devices.</summary>
    public static IReadOnlyList<(string Device, string Address)> SharedAddresses { get; } =
        [("users", UserGateway), ("proxies", ProxyGateway), ("proxies", PairedRouter.SnatAddress)];

    private const string DropVrrp = "table bridge split { chain forward { type filter hook forward priority 0; "
        + "ether type ip ip protocol vrrp drop; }; }";

    private readonly HostNetwork _hosts;
    private readonly NetworkHost _userSwitch;
    private readonly NetworkHost _proxySwitch;
    private readonly NetworkHost _syncSwitch;

    /// <summary>Creates the hosts.</summary>
    public PairNetwork()
    {
        _hosts = HostNetwork.Open();
        try
        {
            _userSwitch = _hosts.AddSwitch("user-switch");
            _proxySwitch = _hosts.AddSwitch("proxy-switch");
            _syncSwitch = _hosts.AddSwitch("sync-switch");
            (A, CablesOfA) = AddRouter("a", "10.1.0.2/16", "194.0.22.2/24", "10.255.0.1/30");
            (B, CablesOfB) = AddRouter("b", "10.1.0.3/16", "194.0.22.3/24", "10.255.0.2/30");
            Users = AddHost("users", _userSwitch, "10.1.255.1/16", UserGateway);
            Users.AddAddresses("10.1.1.0/24");
            Proxy = AddHost("proxy", _proxySwitch, $"{ProxyAddress}/24", ProxyGateway);
        }
        catch
        {
            _hosts.Dispose();
            throw;
        }
    }

    /// <summary>Gets the network of router A.</summary>
    public NetworkHost A { get; }

    /// <summary>Gets the network of router B.</summary>
    public NetworkHost B { get; }

    /// <summary>Gets the cables of router A.</summary>
    public PairCables CablesOfA { get; }

    /// <summary>Gets the cables of router B.</summary>
    public PairCables CablesOfB { get; }

    /// <summary>Gets the host of the users, 10.1.1.0 to 10.1.1.255.</summary>
    public NetworkHost Users { get; }

    /// <summary>Gets the proxy.</summary>
    public NetworkHost Proxy { get; }

    /// <summary>Stops the advertisements between the routers. All other packets still pass.</summary>
    public void Split() => _userSwitch.LoadRules(DropVrrp);

    /// <summary>Lets the advertisements pass again.</summary>
    public void Heal() => _userSwitch.LoadRules("delete table bridge split");

    /// <inheritdoc/>
    public void Dispose() => _hosts.Dispose();

    private (NetworkHost Router, PairCables Cables) AddRouter(string role, string users, string proxies, string sync)
    {
        NetworkHost router = _hosts.AddHost(role);
        var cables = new PairCables(
            Plug(router, "users", _userSwitch),
            Plug(router, "proxies", _proxySwitch),
            Plug(router, "sync", _syncSwitch));
        router.AddAddress(users, "users");
        router.AddAddress(proxies, "proxies");
        router.AddAddress(sync, "sync");
        return (router, cables);
    }

    private NetworkHost AddHost(string role, NetworkHost @switch, string address, string gateway)
    {
        NetworkHost host = _hosts.AddHost(role);
        _hosts.Plug(host, "uplink", @switch);
        host.AddAddress(address, "uplink");
        host.AddRoute("default", gateway);
        return host;
    }

    private PairCable Plug(NetworkHost host, string device, NetworkHost @switch) =>
        new(@switch, _hosts.Plug(host, device, @switch));
}
