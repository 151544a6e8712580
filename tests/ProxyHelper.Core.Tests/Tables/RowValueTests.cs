using System.Text.Json;
using ProxyHelper.Mappings;
using ProxyHelper.Tables;
using Xunit;

namespace ProxyHelper.Tests.Tables;

/// <summary>An object with the properties of a row is a mapping, or a fault if a value is wrong.</summary>
public sealed class RowValueTests
{
    private static readonly Dictionary<string, string?> _session = new()
    {
        ["natname"] = "natnet",
        ["InternalRoutingDomainId"] = "{00000000-0000-0000-0000-000000000000}",
        ["Protocol"] = "6",
        ["InternalSourceAddress"] = "192.168.100.10",
        ["InternalSourcePort"] = "50112",
        ["InternalDestinationAddress"] = "192.0.2.25",
        ["InternalDestinationPort"] = "25",
        ["ExternalSourceAddress"] = "203.0.113.5",
        ["ExternalSourcePort"] = "62001",
        ["externaldestinationaddress"] = "192.0.2.25",
        ["ExternalDestinationPort"] = "25",
        ["CimClass"] = "root/StandardCimv2:MSFT_NetNatSession",
    };

    private static readonly Dictionary<string, string?> _connection = new()
    {
        [".id"] = "*8",
        ["protocol"] = "tcp",
        ["src-address"] = "10.1.1.1",
        ["src-port"] = "10943",
        ["dst-address"] = "192.0.2.25",
        ["dst-port"] = "25",
        ["reply-src-address"] = "198.51.100.9",
        ["reply-src-port"] = "9199",
        ["reply-dst-address"] = "203.0.113.1",
        ["reply-dst-port"] = "20119",
    };

    [Fact]
    public void A_session_of_Windows_is_a_mapping()
    {
        RouterMapping mapping = Assert.IsType<RouterMapping>(Read(_session).Mapping);

        Assert.Equal(NatSystem.Windows, mapping.System);
        Assert.Equal(
            "Tcp 192.168.100.10:50112 -> 192.0.2.25:25, translated to 203.0.113.5:62001 -> 192.0.2.25:25",
            mapping.ToString());
        Assert.Equal("natnet", mapping.Details["NatName"]);
        Assert.Null(mapping.RoutingDomain);
    }

    [Fact]
    public void A_row_of_RouterOS_is_a_mapping()
    {
        RouterMapping mapping = Assert.IsType<RouterMapping>(Read(_connection).Mapping);

        Assert.Equal((NatSystem.MikroTik, "*8"), (mapping.System, mapping.Id));
        Assert.Equal(
            "Tcp 10.1.1.1:10943 -> 192.0.2.25:25, translated to 203.0.113.1:20119 -> 198.51.100.9:9199",
            mapping.ToString());
    }

    [Theory]
    [InlineData("ExternalSourcePort", null, "no value of ExternalSourcePort")]
    [InlineData("ExternalSourcePort", "65536", "not a port: 65536")]
    [InlineData("Protocol", "", "no value of Protocol")]
    [InlineData("Protocol", "ip", "not a protocol: ip")]
    [InlineData("InternalSourceAddress", "010.1.1.1", "not an address: 010.1.1.1")]
    [InlineData("InternalSourceAddress", "2001:db8::1", "addresses of IPv4 and of IPv6")]
    public void A_session_with_a_wrong_value_is_a_fault(string name, string? value, string reason) =>
        AssertFault(_session, name, value, reason);

    [Theory]
    [InlineData("reply-dst-port", null, "no port of reply-dst-address")]
    [InlineData("reply-dst-address", "203.0.113.1:9", "a port in reply-dst-address and in reply-dst-port")]
    [InlineData("reply-dst-address", null, "no reply-dst-address")]
    [InlineData("src-address", "mail.example", "not an address: mail.example")]
    [InlineData("src-address", "::ffff:10.1.1.1", "not an address: ::ffff:10.1.1.1")]
    [InlineData("protocol", "http", "not a protocol: http")]
    public void A_connection_with_a_wrong_value_is_a_fault(string name, string? value, string reason) =>
        AssertFault(_connection, name, value, reason);

    private static void AssertFault(Dictionary<string, string?> row, string name, string? value, string reason)
    {
        var changed = new Dictionary<string, string?>(row) { [name] = value };

        TableRow read = Read(changed);

        Assert.Null(read.Mapping);
        Assert.Equal(reason, read.Fault!.Reason);
    }

    private static TableRow Read(Dictionary<string, string?> row) =>
        Assert.Single(ReadTable.Rows(JsonSerializer.Serialize(row)));
}
