using ProxyHelper.Conntrack;
using ProxyHelper.Conntrack.Saved;
using Xunit;

namespace ProxyHelper.Tests.Conntrack.Saved;

/// <summary>Tests the faults of lines that are not entries, and their text.</summary>
public sealed class SavedLineFaultTests
{
    private const string Reply = "src=4.1.1.1 dst=10.1.1.1 sport=25 dport=5";
    private const string Good = $"tcp 6 9 CLOSE src=10.1.1.1 dst=4.1.1.1 sport=5 dport=25 {Reply}";

    [Theory]
    [InlineData("ipv4 10 " + Good, SavedLineFault.Family, "neither 'ipv4 2' nor 'ipv6 10' at the start: 10")]
    [InlineData("ipv6", SavedLineFault.Family, "neither 'ipv4 2' nor 'ipv6 10' at the start: ")]
    [InlineData(
        "Operation failed: such object doesn't exist",
        SavedLineFault.Protocol,
        "not the number of a protocol: failed:")]
    [InlineData(
        "<?xml version=\"1.0\"?>",
        SavedLineFault.NoProtocol,
        "no name and number of a protocol at the start, such as 'tcp 6'")]
    [InlineData(
        "6 9 src=", SavedLineFault.NoProtocol, "no name and number of a protocol at the start, such as 'tcp 6'")]
    [InlineData(
        "tcp src=10.1.1.1",
        SavedLineFault.NoProtocol,
        "no name and number of a protocol at the start, such as 'tcp 6'")]
    [InlineData(
        "[start=Wed Nov 25 16:20:01 2026]",
        SavedLineFault.NoProtocol,
        "no name and number of a protocol at the start, such as 'tcp 6'")]
    [InlineData("tcp 256 ", SavedLineFault.Protocol, "not the number of a protocol: 256")]
    [InlineData("unknown -1 ", SavedLineFault.Protocol, "not the number of a protocol: -1")]
    [InlineData(Good + " zone=\0", SavedLineFault.Zone, "not a zone: ?")]
    [InlineData(Good + " " + Reply, SavedLineFault.Repeated, "more than once in the reply direction: src=4.1.1.1")]
    [InlineData(Good + " zone=65536", SavedLineFault.Zone, "not a zone: 65536")]
    public void A_fault_at_the_start_or_end_of_a_line_is_reported(string line, SavedLineFault fault, string words) =>
        AssertFault(line, fault, words);

    [Theory]
    [InlineData("", SavedLineFault.NoSource, "no source address in the original direction")]
    [InlineData("dst=4.1.1.1", SavedLineFault.NoSource, "no source address in the original direction")]
    [InlineData("src=10.1.1.1", SavedLineFault.NoDestination, "no destination address in the original direction")]
    [InlineData(
        "src=10.1.1.1 src=10.1.1.1", SavedLineFault.NoDestination, "no destination address in the original direction")]
    [InlineData(
        "src=10.1.1.1 dst=4.1.1.1 sport=5",
        SavedLineFault.NoPorts,
        "ports, keys, or type, code and id are not complete in the original direction")]
    [InlineData(
        "src=10.1.1.1 dst=4.1.1.1 sport=5 dport=25",
        SavedLineFault.NoSource,
        "no source address in the reply direction")]
    [InlineData(
        "src=10.1.1.1 dst=4.1.1.1 sport=5 dport=25 src=4.1.1.1",
        SavedLineFault.NoDestination,
        "no destination address in the reply direction")]
    [InlineData(
        "src=10.1.1.1 dst=4.1.1.1 dst=4.1.1.1",
        SavedLineFault.Repeated,
        "more than once in the original direction: dst=4.1.1.1")]
    [InlineData(
        "src=10.1.1.1 sport=5 sport=5", SavedLineFault.Repeated, "more than once in the original direction: sport=5")]
    [InlineData("src=1", SavedLineFault.Address, "not an address: 1")]
    [InlineData("src=010.1.1.1", SavedLineFault.Address, "not an address: 010.1.1.1")]
    [InlineData("src=fe80::1%eth0", SavedLineFault.Address, "not an address: fe80::1%eth0")]
    [InlineData("src=[::1]", SavedLineFault.Address, "not an address: [::1]")]
    [InlineData("src=mail.example", SavedLineFault.Address, "not an address: mail.example")]
    [InlineData(
        "src=10.1.1.1 dst=::1 sport=5 dport=25 " + Reply,
        SavedLineFault.MixedFamilies,
        "addresses of IPv4 and of IPv6")]
    [InlineData(
        "src=::2 dst=::1 sport=5 dport=25 " + Reply, SavedLineFault.MixedFamilies, "addresses of IPv4 and of IPv6")]
    [InlineData("src=10.1.1.1 sport=70000", SavedLineFault.Port, "not a port: 70000")]
    [InlineData("src=10.1.1.1 sport=+5", SavedLineFault.Port, "not a port: +5")]
    [InlineData("src=10.1.1.1 dport=\u0662\u0665", SavedLineFault.Port, "not a port: ??")]
    [InlineData("src=10.1.1.1 dport=0x19", SavedLineFault.Port, "not a port: 0x19")]
    [InlineData("src=10.1.1.1 srckey=291", SavedLineFault.Key, "not a key such as 0x1f: 291")]
    [InlineData("src=10.1.1.1 dstkey=0x10000", SavedLineFault.Key, "not a key such as 0x1f: 0x10000")]
    public void A_fault_in_a_direction_is_reported(string directions, SavedLineFault fault, string words) =>
        AssertFault($"tcp 6 9 CLOSE {directions}", fault, words);

    [Theory]
    [InlineData("type=256", SavedLineFault.Icmp, "not a type, code or id of ICMP: 256")]
    [InlineData("code=-1", SavedLineFault.Icmp, "not a type, code or id of ICMP: -1")]
    [InlineData("type=8 code=0 id=65536", SavedLineFault.Icmp, "not a type, code or id of ICMP: 65536")]
    [InlineData(
        "type=8 id=7",
        SavedLineFault.NoPorts,
        "ports, keys, or type, code and id are not complete in the original direction")]
    [InlineData("type=8 type=8", SavedLineFault.Repeated, "more than once in the original direction: type=8")]
    public void A_fault_in_an_ICMP_message_is_reported(string message, SavedLineFault fault, string words) =>
        AssertFault($"icmp 1 9 src=10.1.1.1 dst=4.1.1.1 {message}", fault, words);

    [Fact]
    public void Ports_in_one_direction_only_are_a_fault() => AssertFault(
        "gre 47 9 src=10.1.1.1 dst=4.1.1.1 srckey=0x0 dstkey=0x1 src=4.1.1.1 dst=10.1.1.1",
        SavedLineFault.NoPorts,
        "ports, keys, or type, code and id are not complete in the reply direction");

    [Fact]
    public void Addresses_of_another_family_than_the_first_word_are_a_fault() =>
        AssertFault($"ipv6 10 {Good}", SavedLineFault.MixedFamilies, "addresses of IPv4 and of IPv6");

    [Fact]
    public void A_long_word_is_cut_and_control_characters_are_replaced() => AssertFault(
        $"{Good} zone=\e[31m\ud800{new string('x', 1_000_000)}",
        SavedLineFault.Zone,
        $"not a zone: ?[31m?{new string('x', 54)}...");

    private static void AssertFault(string line, SavedLineFault fault, string words)
    {
        Assert.False(SavedEntry.TryRead(line, out ConntrackEntry? entry, out SavedLineFault found));
        Assert.Equal((null, fault, words), (entry, found, SavedEntry.Explain(line)));
    }
}
