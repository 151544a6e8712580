using System.Net;
using ProxyHelper.Addresses;
using ProxyHelper.Diagnosis;
using ProxyHelper.Tests.Diagnosis;
using Xunit;

namespace ProxyHelper.EndToEnd.ManyRouters;

/// <summary>Runs the checks of Test-ProxyHelperSetup on the hosts of a set-up.</summary>
internal static class SetupCheck
{
    /// <summary>Checks each address of a router on the router, for one proxy, and on the proxy.</summary>
    /// <param name="router">The router, with a helper that runs.</param>
    /// <param name="proxy">The proxy.</param>
    /// <param name="warnings">The checks on the router that must have a warning. All others must pass.</param>
    public static void AssertPasses(SiteRouter router, GatedProxy proxy, params string[] warnings)
    {
        foreach (IPAddress address in router.Addresses.Select(IPAddress.Parse))
        {
            InspectionOptions options = new() { HelperAddresses = [address], Timeout = Patience.Limit };
            var target = new TransportEndPoint(IPAddress.Parse(proxy.Address), (ushort)proxy.Settings.Port);
            AssertPasses(router.Host, options with { Proxy = target }, ["smtp-gated max_per_host", .. warnings]);
            AssertPassesOnProxy(proxy, options with { Role = SetupRole.Proxy });
        }
    }

    private static void AssertPassesOnProxy(GatedProxy proxy, InspectionOptions options)
    {
        string configuration = Path.GetTempFileName();
        File.WriteAllText(configuration, proxy.Settings.Text);
        AssertPasses(proxy.Host, options with { SmtpGatedConfiguration = configuration });
        File.Delete(configuration);
    }

    private static void AssertPasses(NetworkHost host, InspectionOptions options, params string[] exceptions)
    {
        Finding[] findings =
            host.Run(() => Inspection.Run(options, TestWords.Instance, Patience.Token()).ToArray());
        Assert.Equal(
            exceptions.Order(),
            findings.Where(finding => finding.Severity != Severity.Passed).Select(finding => finding.Check).Order());
    }
}
