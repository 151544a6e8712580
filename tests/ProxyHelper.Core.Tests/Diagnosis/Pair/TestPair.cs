using System.Net;
using System.Text;
using ProxyHelper.Addresses;
using ProxyHelper.Diagnosis;
using ProxyHelper.Diagnosis.Pair;

namespace ProxyHelper.Tests.Diagnosis.Pair;

/// <summary>Makes what a correct router of a pair shows. Tests change one thing of it.</summary>
internal static class TestPair
{
    public const string Address = "194.0.3.1";

    private const string KeepalivedText = """
        global_defs {
            vrrp_garp_master_refresh 2
        }
        vrrp_instance PAIR {
            state BACKUP
            nopreempt
            virtual_ipaddress {
                10.1.0.1/16 dev users
                194.0.3.1/32 dev proxies
            }
        }
        """;

    public static PairSetup Setup { get; } = new()
    {
        Keepalived = new PairProgram(true, "/etc/keepalived/keepalived.conf"),
        Addresses = KeepalivedConfiguration.Parse(KeepalivedText),
        Conntrackd = new PairProgram(true, "/etc/conntrackd/conntrackd.conf"),
        Synchronization = new ConntrackdConfiguration(IsSynchronizing: true, 524288, HasExternalCache: true),
        Variables = new PairVariables(new PortRange(1024, 32767), new PortRange(32768, 65535)),
        BeLiberal = 1,
        Loose = 1,
        MaxEntries = 262144,
    };

    public static HelperSockets Helper { get; } = new([IPAddress.Parse(Address)], 114);

    /// <summary>Returns what is shown with another configuration of keepalived.</summary>
    public static PairSetup WithKeepalived(string old, string changed) => Setup with
    {
        Addresses = KeepalivedConfiguration.Parse(KeepalivedText.Replace(old, changed, StringComparison.Ordinal)),
    };

    /// <summary>Returns the output of conntrackd -s after a number of packets.</summary>
    public static ToolOutput Output(int received) => new(
        "conntrackd",
        Encoding.UTF8.GetBytes(PairFilesTests.Statistics
            .Replace("11 Pckts recv", $"{received} Pckts recv", StringComparison.Ordinal)
            .Replace("4 Malformed", "0 Malformed", StringComparison.Ordinal)),
        null);
}
