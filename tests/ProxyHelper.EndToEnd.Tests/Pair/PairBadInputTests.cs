using Xunit;

namespace ProxyHelper.EndToEnd.Pair;

/// <summary>Tests that install.sh of a pair of routers names each fault and then changes nothing.</summary>
public sealed class PairBadInputTests : IDisposable
{
    private readonly PairRouter _router = new();

    public void Dispose() => _router.Dispose();

    /// <summary>A variable, its line (null for no line), and the message after the name of the file.</summary>
    public static TheoryData<string, string?, string> Faults => new()
    {
        { "VRRP_ID", null, ": VRRP_ID is missing" },
        { "VRRP_ID", "VRRP_ID=", ":57: VRRP_ID: the value is empty" },
        { "VRRP_ID", "VRRP_ID=''", ":57: VRRP_ID: the value is empty" },
        { "VRRP_ID", "VRRP_ID=256", ":57: VRRP_ID: '256' is not a whole number, 1 to 255" },
        { "VRRP_ID", "VRRP_ID=051", ":57: VRRP_ID: '051' is not a whole number, 1 to 255" },
        { "VRRP_ID", "VRRP_ID=51; reboot", ":57: 'VRRP_ID=51; reboot' is not of the form NAME=VALUE" },
        { "VRRP_ID", "VRRP_ID=51\r", ":57: the line ends with CR and LF" },
        { "VRRP_ID", "VRRP_IDS=51", ":57: the variable VRRP_IDS is unknown" },
        { "VRRP_ID", "VRRP_ID=51\nVRRP_ID=52", ":58: VRRP_ID is already set in line 57" },
        { "VRRP_ID", "export VRRP_ID=51", ":57: 'export VRRP_ID=51' is not of the form NAME=VALUE" },
        { "VRRP_ID", "VRRP_ID=51\0", ": the file contains NUL bytes. Write the variables as plain text." },
        { "VRRP_INTERVAL", "VRRP_INTERVAL=0.04", "'0.04' is not a time of 0.05 to 40 seconds" },
        { "VRRP_INTERVAL", "VRRP_INTERVAL=0,2", "'0,2' is not a time of 0.05 to 40 seconds" },
        { "VRRP_INTERVAL", "VRRP_INTERVAL=40.01", "'40.01' is not a time of 0.05 to 40 seconds" },
        { "USERS_INTERFACE", "USERS_INTERFACE=eth0:1", "'eth0:1' is not the name of a network interface" },
        { "USERS_INTERFACE", "USERS_INTERFACE=sixteen-letters-", "is not the name of a network interface" },
        { "USERS_INTERFACE", "USERS_INTERFACE='users\" accept'", "is not the name of a network interface" },
        { "USERS_INTERFACE", "USERS_INTERFACE=lo", "'lo' is not the name of a network interface" },
        { "USERS_INTERFACE", "USERS_INTERFACE=proxies", "proxies is already the value of USERS_INTERFACE" },
        { "USERS_GATEWAY", "USERS_GATEWAY=10.1.0.1", "'10.1.0.1' is not an IPv4 address with a prefix length" },
        { "USERS_GATEWAY", "USERS_GATEWAY=10.1.0.1/33", "'10.1.0.1/33' is not an IPv4 address with a prefix length" },
        { "SNAT_ADDRESS", "SNAT_ADDRESS=194.0.3.256", "'194.0.3.256' is not an IPv4 address of a host" },
        { "SNAT_ADDRESS", "SNAT_ADDRESS=194.0.03.1", "'194.0.03.1' is not an IPv4 address of a host" },
        { "SNAT_ADDRESS", "SNAT_ADDRESS=127.0.0.1", "'127.0.0.1' is not an IPv4 address of a host" },
        { "SNAT_ADDRESS", "SNAT_ADDRESS=2001:db8::1", "'2001:db8::1' is not an IPv4 address of a host" },
        { "SNAT_ADDRESS", "SNAT_ADDRESS=194.0.22.1", "194.0.22.1 is already the value of PROXIES_GATEWAY" },
        { "B_SYNC_ADDRESS", "B_SYNC_ADDRESS=10.255.0.1", "10.255.0.1 is already the value of A_SYNC_ADDRESS" },
        { "B_PRIORITY", "B_PRIORITY=100", "B_PRIORITY: 100 is already the value of A_PRIORITY" },
        { "PROXY_ADDRESSES", "PROXY_ADDRESSES=194.0.22.9,", "'194.0.22.9,' is not a list of addresses" },
        { "PROXY_ADDRESSES", "PROXY_ADDRESSES=194.0.22.9,194.0.22.9", "194.0.22.9 is in the list twice" },
        { "PROXY_ADDRESSES", "PROXY_ADDRESSES=10.1.0.2", "10.1.0.2 is already the value of A_USERS_ADDRESS" },
        { "PROXY_PORT", "PROXY_PORT=0", "'0' is not a port, 1 to 65535" },
        { "PROXY_PORT", "PROXY_PORT=99999999999999999999", "is not a port, 1 to 65535" },
        { "A_SNAT_PORTS", "A_SNAT_PORTS=1024-32768", "the range 32768-65535 overlaps 1024-32768 of A_SNAT_PORTS" },
        { "A_SNAT_PORTS", "A_SNAT_PORTS=1024-65535", "the range 32768-65535 overlaps 1024-65535 of A_SNAT_PORTS" },
        { "A_SNAT_PORTS", "A_SNAT_PORTS=32767-1024", "the range 32767-1024 is reversed" },
        { "A_SNAT_PORTS", "A_SNAT_PORTS=1023-32767", "the range 1023-32767 is not within 1024-65535" },
        { "B_SNAT_PORTS", "B_SNAT_PORTS=32768-65536", "the range 32768-65536 is not within 1024-65535" },
        { "A_SNAT_PORTS", "A_SNAT_PORTS=all", "'all' is not a range of ports" },
        { "HELPER_PORT", "HELPER_PORT=2000", "A_SNAT_PORTS: the range 1024-32767 contains HELPER_PORT" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_fault_is_named_and_nothing_changes(string name, string? line, string message)
    {
        Directory.CreateDirectory(_router.Installed("/etc/keepalived"));
        await File.WriteAllTextAsync(
            _router.Installed("/etc/keepalived/keepalived.conf"), "# by hand\n", Patience.Token());
        string[] before = _router.Snapshot();
        _router.Set(name, line);

        (int status, string output) = await _router.InstallAsync();

        Assert.Equal(1, status);
        Assert.Contains(message, output, StringComparison.Ordinal);
        Assert.Contains(_router.Variables, output, StringComparison.Ordinal);
        Assert.Equal(before, _router.Snapshot());
    }

    [Fact]
    public async Task All_faults_are_named_at_once()
    {
        _router.Set("VRRP_ID", "VRRP_ID=0");
        _router.Set("MAIL_PORT", null);
        _router.Set("A_SNAT_PORTS", "A_SNAT_PORTS=1024-40000");
        _router.Set("B_PRIORITY", "B_PRIORITY=100");

        (int status, string output) = await _router.InstallAsync();

        Assert.Equal(1, status);
        Assert.Contains("faults: 4. No file was changed.", output, StringComparison.Ordinal);
        Assert.Empty(_router.Snapshot());
    }

    [Fact]
    public async Task A_long_line_is_shortened_in_the_message()
    {
        _router.Set("VRRP_ID", $"VRRP_ID=51 {new string('x', 5000)}");

        string output = (await _router.InstallAsync()).Output;

        Assert.Contains(
            $":57: 'VRRP_ID=51 {new string('x', 49)}...' is not of the form", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Control_characters_of_the_file_do_not_reach_the_terminal()
    {
        _router.Set("VRRP_ID", "VRRP_ID=\e]0;title\a");

        string output = (await _router.InstallAsync()).Output;

        Assert.DoesNotContain('\e', output);
        Assert.Contains(@"VRRP_ID: $'\E]0;title\a'", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("keepalived", "keepalived")]
    [InlineData("conntrackd", "conntrackd")]
    [InlineData("conntrack", "conntrack")]
    [InlineData("nft", "nftables")]
    public async Task A_missing_package_is_named(string program, string package)
    {
        (int status, string output) = await _router.InstallInAsync(
            $"unshare --mount bash -c 'mount --bind /dev/null $(command -v {program} || echo /usr/sbin/{program})"
                + " && \"$@\"' \"$@\"");

        Assert.Equal(1, status);
        Assert.Contains(
            $"the program {program} is missing. Run 'apt-get install {package}'.", output, StringComparison.Ordinal);
        Assert.Empty(_router.Snapshot());
    }

    [Fact]
    public async Task Names_of_protocols_that_conntrackd_does_not_find_are_a_fault()
    {
        (int status, string output) = await _router.InstallInAsync(
            "unshare --mount bash -c 'mount --bind /dev/null /etc/protocols && \"$@\"' \"$@\"");

        Assert.Equal(1, status);
        Assert.Contains("Run 'apt-get install netbase'.", output, StringComparison.Ordinal);
        Assert.DoesNotContain("nft does not accept", output, StringComparison.Ordinal);
        Assert.Empty(_router.Snapshot());
    }

    [Fact]
    public async Task Another_user_than_root_is_refused()
    {
        (int status, string output) = await _router.InstallInAsync("unshare --user \"$@\"");

        Assert.Equal(1, status);
        Assert.Contains("install.sh must run as root", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_variable_file_is_named()
    {
        File.Delete(_router.Variables);

        (int status, string output) = await _router.InstallAsync();

        Assert.Equal(1, status);
        Assert.Contains($"{_router.Variables}: the file is missing", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--rooter")]
    [InlineData("--router")]
    [InlineData("another-file")]
    public async Task A_wrong_command_line_shows_the_right_one(string option)
    {
        (int status, string output) = await _router.InstallAsync(option);

        Assert.Equal(2, status);
        Assert.Contains("Use 'install.sh [--check]", output, StringComparison.Ordinal);
        Assert.Empty(_router.Snapshot());
    }

    [Fact]
    public async Task A_value_that_looks_like_a_command_runs_nothing()
    {
        string trace = Path.Combine(_router.Root, "trace");
        _router.Set("VRRP_ID", $"VRRP_ID=$(touch {trace})");
        await _router.InstallAsync();
        _router.Set("VRRP_ID", $"VRRP_ID='`touch {trace}`'");
        await _router.InstallAsync();
        _router.Set("VRRP_ID", $"VRRP_ID=a[$(touch${{IFS}}{trace})]");
        await _router.InstallAsync();

        Assert.Empty(_router.Snapshot());
    }
}
