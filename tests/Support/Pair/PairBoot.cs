namespace ProxyHelper.TestSupport.Pair;

/// <summary>Brings a router from no power to the state in which keepalived can start.</summary>
/// <param name="router">The router.</param>
/// <param name="settings">What the laboratory is started with.</param>
internal sealed class PairBoot(PairedRouter router, PairSettings settings)
{
    private static readonly string _shipped = Path.Combine(Repository.Root, "docs", "ha");

    /// <summary>
    /// Installs the shipped files and starts all services except keepalived, in the order of the units.
    /// </summary>
    public async Task RunAsync()
    {
        PairMachine machine = router.Machine;
        machine.PowerOn();
        ClearNetwork(machine);
        machine.Run("cp", "-r", _shipped, "/run/ha"); // each router has its own copy, as the installation says
        machine.Run("/run/ha/install.sh", "/run/ha/pair.conf");
        machine.Run("sysctl", "-q", "-p", "/etc/sysctl.d/60-proxy-helper-pair.conf");
        router.Services.LoadRules();
        router.Cables.SetAll(isUp: true);
        await router.Services.StartConntrackdAsync().ConfigureAwait(false);
        router.Services.StartWatch();
        router.Services.StartHelper(settings.Daemon, settings.HelperArguments);
    }

    /// <summary>Removes what a boot removes: rules, entries and the addresses that keepalived had added.</summary>
    private static void ClearNetwork(PairMachine machine)
    {
        machine.Run("nft", "flush ruleset");
        machine.Run("conntrack", "-F");
        foreach ((string device, string address) in PairNetwork.SharedAddresses)
        {
            machine.Run("ip", "address", "flush", "dev", device, "to", address);
        }
    }
}
