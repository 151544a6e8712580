using System.Net;
using ProxyHelper.Addresses;
using ProxyHelper.Diagnosis.Pair;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Diagnosis;

/// <summary>Checks whether the helper can answer on its address.</summary>
/// <param name="options">The expected set-up.</param>
/// <param name="pair">What this host shows about a pair of routers.</param>
/// <param name="words">The words of the caller.</param>
internal sealed class AddressCheck(InspectionOptions options, PairSetup pair, CallerWords words)
{
    /// <summary>Judges the addresses of the helper on the router.</summary>
    /// <param name="isLocal">Returns whether an address is one of this host's.</param>
    public IEnumerable<Finding> Judge(Func<IPAddress, bool> isLocal) => options.HelperAddresses.Count == 0
        ? [Finding.Skipped(CheckNames.Address, "The address of the helper is not known.", words.GiveHelperAddress)]
        : options.HelperAddresses.Select(address => Judge(address, isLocal(address)));

    private Finding Judge(IPAddress address, bool isLocal) => (isLocal, options.AllowAbsentAddresses) switch
    {
        _ when address.Equals(IPAddress.Any) =>
            Finding.Passed(CheckNames.Address, "The helper answers on all addresses of this host."),
        (true, _) => Finding.Passed(CheckNames.Address, $"{address} is an address of this host."),
        (false, var allowed) when pair.MayMove(IPv4Address.FromIPAddress(address)) => OnBackup(address, allowed),
        (false, true) => Finding.Warning(
            CheckNames.Address,
            $"{address} is not an address of this host yet. The helper answers on it once the host has the address.",
            $"If the host does not get the address by itself, run: ip address add {address}/32 dev lo"),
        (false, _) => Finding.Failed(
            CheckNames.Address,
            $"{address} is not an address of this host, so no helper can answer on it.",
            $"Run '{ErrnoAdvice.ListAddresses}' to see the addresses. If {address} is right, " +
            $"'ip address add {address}/32 dev lo' adds it until the next boot. {words.GiveRole(SetupRole.Proxy)}"),
    };

    private Finding OnBackup(IPAddress address, bool? isAllowed)
    {
        bool isMoved = pair.Moves(IPv4Address.FromIPAddress(address));
        string reason = $"{address} is not on this host now. " + (isMoved
            ? "keepalived gives it to this router at a failover."
            : "The check does not know whether keepalived gives it to this router at a failover: not all of the " +
                $"configuration {pair.Keepalived.ConfigurationPath} can be read.");
        return isAllowed switch
        {
            true when isMoved => Finding.Passed(CheckNames.Address, reason),
            true => Finding.Warning(CheckNames.Address, reason, "Look for the address in 'virtual_ipaddress'."),
            null => Finding.Warning(
                CheckNames.Address,
                $"{reason} The check does not know whether a helper already listens on {address}.",
                words.AllowAbsentAddress),
            false => Finding.Failed(
                CheckNames.Address,
                $"{reason} Without the address, the helper does not start.",
                words.AllowAbsentAddress),
        };
    }
}
