using System.Text;
using System.Text.RegularExpressions;
using ProxyHelper.Addresses;
using ProxyHelper.Diagnosis.Pair;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.Tests.Diagnosis.Pair;

/// <summary>Tests what is read from the files and the output of keepalived, conntrackd and docs/ha.</summary>
public sealed class PairFilesTests
{
    /// <summary>The output of conntrackd 1.4.7, after a link was down for a while.</summary>
    internal const string Statistics = """
        cache internal:
        current active connections:	         312
        connections created:		         400	failed:	           0
        connections updated:		         900	failed:	           0
        connections destroyed:		          88	failed:	           0

        cache external:
        current active connections:	           7
        connections created:		           7	failed:	           0
        connections updated:		           0	failed:	           0
        connections destroyed:		           0	failed:	           0

        traffic processed:
                           0 Bytes                         0 Pckts

        UDP traffic (active device=sync):
                        1136 Bytes sent                  112 Bytes recv
                         134 Pckts sent                   11 Pckts recv
                           2 Error send                    1 Error recv

        message tracking:
                           4 Malformed msgs                    5 Lost msgs

        """;

    [Fact]
    public void The_shipped_files_are_read()
    {
        KeepalivedConfiguration addresses = KeepalivedConfiguration.Parse(ReadShipped("keepalived.conf"));
        VrrpInstance instance = Assert.Single(addresses.Instances);
        Assert.True(addresses.IsWhole);
        Assert.Equal(("PAIR", 2, false, false, 0), (instance.Name, instance.RefreshSeconds, instance.StartsAsMaster,
            instance.Preempts, instance.PreemptDelaySeconds));
        Assert.Equal("10.1.0.1 194.0.22.1 194.0.3.1", string.Join(' ', instance.Addresses));
        Assert.Equal(
            new ConntrackdConfiguration(IsSynchronizing: true, 2097152, HasExternalCache: true),
            ConntrackdConfiguration.Parse(ReadShipped("conntrackd.conf")));
        Assert.Equal(
            new PairVariables(new PortRange(1024, 32767), new PortRange(32768, 65535)),
            PairVariables.Parse(ReadShipped("pair.conf")));
    }

    [Theory]
    [InlineData("vrrp_instance A\n{\n virtual_ipaddress {\n 10.0.0.1/24 dev e ! 1.1.1.1\n # 2\n }\n}", "10.0.0.1")]
    [InlineData("vrrp_instance A { virtual_ipaddress_excluded { 10.0.0.9 } }", "10.0.0.9")]
    [InlineData("vrrp_instance A {\n notify \"a { b\"\n virtual_ipaddress {\n 10.0.0.1\n fe80::1\n }\n}", "10.0.0.1")]
    [InlineData("vrrp_instance A {\n virtual_ipaddress {\n 10.0.0.1\n}", "")] // a brace is missing
    [InlineData("virtual_server 10.0.0.1 25 { }", "")]
    public void The_addresses_of_an_instance_are_found(string text, string expected) => Assert.Equal(
        expected,
        string.Join(' ', KeepalivedConfiguration.Parse(text).Instances.SelectMany(instance => instance.Addresses)));

    [Theory]
    [InlineData("include /etc/keepalived/conf.d/*.conf", false)]
    [InlineData("vrrp_instance A {\n include a.conf\n}", false)]
    [InlineData("vrrp_instance A {\n @main priority 100\n}", false)]
    [InlineData("$X=1", false)]
    [InlineData("vrrp_instance A {", false)]
    [InlineData("! include a.conf\nvrrp_instance A { }", true)]
    public void A_part_that_is_not_read_is_noticed(string text, bool isWhole) =>
        Assert.Equal(isWhole, KeepalivedConfiguration.Parse(text).IsWhole);

    [Theory]
    [InlineData("global_defs {\n vrrp_garp_master_refresh 60\n}\nvrrp_instance A {\n}", 60)]
    [InlineData("global_defs {\n vrrp_garp_master_refresh 60\n}\nvrrp_instance A {\n garp_master_refresh 5\n}", 5)]
    [InlineData("global_defs {\n vrrp_garp_master_repeat 60\n}\nvrrp_instance A {\n}", 0)]
    [InlineData("global_defs {\n vrrp_garp_master_refresh x\n}\nvrrp_instance A {\n}", 0)]
    public void The_refresh_of_the_instance_comes_before_that_of_all(string text, long expected) =>
        Assert.Equal(expected, KeepalivedConfiguration.Parse(text).Instances[0].RefreshSeconds);

    [Theory]
    [InlineData("Stats {\n LogFile on\n}", false, true)] // as Debian's package has it
    [InlineData("Sync {\n Mode FTFW {\n DisableExternalCache yes\n }\n}", true, false)]
    [InlineData("sync {\n mode NOTRACK {\n disableexternalcache On\n }\n}", true, false)]
    [InlineData("Sync\n{\n Mode FTFW {\n # DisableExternalCache yes\n }\n}", true, true)]
    public void The_mode_of_conntrackd_is_read(string text, bool isSynchronizing, bool hasExternalCache) =>
        Assert.Equal(
            new ConntrackdConfiguration(isSynchronizing, null, hasExternalCache), ConntrackdConfiguration.Parse(text));

    [Theory]
    [InlineData("Sync {\n Mode ALARM {\n RefreshTime 15\n }\n}", true)]
    [InlineData("Sync {\n Mode FTFW {\n }\n}", false)]
    [InlineData("Sync {\n Mode\n}", false)]
    public void Only_the_mode_ALARM_is_often_silent(string text, bool expected) =>
        Assert.Equal(expected, ConntrackdConfiguration.Parse(text)!.IsOftenSilent);

    [Theory]
    [InlineData("A_SNAT_PORTS=1-2\nB_SNAT_PORTS='3-4' # b", "1-2", "3-4")]
    [InlineData("A_SNAT_PORTS=2-1\n#B_SNAT_PORTS=3-4", "", "")]
    [InlineData("A_SNAT_PORTS=\"1024-2047\"\nB_SNAT_PORTS=1-65536", "1024-2047", "")]
    public void Only_valid_ranges_of_the_variables_are_read(string text, string portsOfA, string portsOfB)
    {
        PairVariables variables = PairVariables.Parse(text);
        Assert.Equal((portsOfA, portsOfB), ($"{variables.PortsOfA}", $"{variables.PortsOfB}"));
    }

    [Fact]
    public void The_figures_of_conntrackd_are_read() => Assert.Equal(
        new ConntrackdStatistics
        {
            Internal = 312, External = 7, Link = "sync", Received = 11, Errors = 3, Malformed = 4, Lost = 5,
        },
        ConntrackdStatistics.TryParse(Encoding.UTF8.GetBytes(Statistics)));

    [Fact]
    public void A_conntrackd_without_a_cache_and_one_without_the_other_router_are_told_apart()
    {
        string injecting = Statistics.Replace(
            "cache external:\ncurrent active connections:	           7", "external inject:", StringComparison.Ordinal);
        Assert.Null(ConntrackdStatistics.TryParse(Encoding.UTF8.GetBytes(injecting))!.External);
        string bypassing = Statistics.Replace(
            "cache internal:\ncurrent active connections:",
            "internal bypass:\nconnections new:",
            StringComparison.Ordinal);
        ConntrackdStatistics bypass = ConntrackdStatistics.TryParse(Encoding.UTF8.GetBytes(bypassing))!;
        Assert.Equal((null, 7ul, 11ul), (bypass.Internal, bypass.External, bypass.Received));
        string counting = "cache stats:\ncurrent active connections:\t 3\n\ntraffic processed:\n   0 Bytes   0 Pckts\n";
        Assert.Null(ConntrackdStatistics.TryParse(Encoding.UTF8.GetBytes(counting)));
    }

    [Fact]
    public void The_states_of_the_links_are_read() => Assert.Equal(
        "sync is NO-CARRIER, eth9 is RUNNING",
        ConntrackdStatistics.ReadLinkStates(
            "UDP traffic device=sync status=NO-CARRIER role=ACTIVE:\n  1 a b\n"u8
            + "UDP traffic device=eth9 status=RUNNING role=BACKUP:\n"u8));

    [Theory]
    [InlineData("keepalived -f /a.conf -n", "/a.conf")]
    [InlineData("keepalived -f/a.conf", "/a.conf")]
    [InlineData("keepalived --use-file=/a.conf", "/a.conf")]
    [InlineData("keepalived --use-file /a.conf", "/a.conf")]
    [InlineData("keepalived --dont-fork", null)]
    [InlineData("keepalived -f", null)]
    public void The_path_of_the_configuration_is_found(string commandLine, string? expected) =>
        Assert.Equal(expected, PairProgram.FindPath(commandLine.Split(' '), ["-f", "--use-file"]));

    private static string ReadShipped(string name)
    {
        string text = File.ReadAllText(Path.Combine(Repository.Root, "docs", "ha", name))
            .Replace("@USERS_GATEWAY@", "10.1.0.1/16", StringComparison.Ordinal)
            .Replace("@PROXIES_GATEWAY@", "194.0.22.1/24", StringComparison.Ordinal)
            .Replace("@SNAT_ADDRESS@", "194.0.3.1", StringComparison.Ordinal)
            .Replace("@SYNC_ENTRIES@", "2097152", StringComparison.Ordinal);
        return Regex.Replace(text, "@[A-Z_]+@", "1");
    }
}
