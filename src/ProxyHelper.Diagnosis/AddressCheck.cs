using System.Net;

namespace ProxyHelper.Diagnosis;

/// <summary>Whether the helper can be where it is said to be.</summary>
internal static class AddressCheck
{
    /// <summary>How to say where the helper is.</summary>
    public const string SayAddress = "Say which address the helper answers on, such as: Test-ProxyHelperSetup -HelperAddress 194.0.1.1";

    /// <summary>Judges the address on the router.</summary>
    /// <param name="address">The address; null when it is not known.</param>
    /// <param name="isLocal">Whether it is one of this host's.</param>
    public static Finding Judge(IPAddress? address, bool isLocal) => (address, isLocal) switch
    {
        (null, _) => Finding.Skipped(CheckNames.Address, "It is not known where the helper answers, and no responder runs in this session.", SayAddress),
        ({ } any, _) when any.Equals(IPAddress.Any) => Finding.Passed(CheckNames.Address, "The helper answers on all addresses of this host."),
        ({ } own, true) => Finding.Passed(CheckNames.Address, $"{own} is an address of this host."),
        ({ } other, false) => Finding.Failed(
            CheckNames.Address,
            $"{other} is not an address of this host: no helper can answer on it here.",
            $"See 'ip -brief address'. If {other} is right, 'ip address add {other}/32 dev lo' gives it to the host until it restarts. On the proxy, say -Role Proxy."),
    };
}
