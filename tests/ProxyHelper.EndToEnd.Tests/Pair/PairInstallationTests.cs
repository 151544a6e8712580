using Xunit;

namespace ProxyHelper.EndToEnd.Pair;

/// <summary>Tests what install.sh of a pair of routers installs, and what a second run changes.</summary>
public sealed class PairInstallationTests : IDisposable
{
    private const string AcceptFiles = """
        nft --check --file /etc/proxy-helper-pair/rules.nft
        nft --check --file /etc/proxy-helper-pair/hold.nft
        keepalived --config-test
        conntrackd -s 2>&1 | grep "can't connect"
        """;

    private readonly PairRouter _router = new();

    public void Dispose() => _router.Dispose();

    [Theory]
    [InlineData("a", "priority 100", "194.0.3.1:1024-32767", "IPv4_address 10.255.0.1\n")]
    [InlineData("b", "priority 90", "194.0.3.1:32768-65535", "IPv4_address 10.255.0.2\n")]
    public async Task The_programs_of_both_routers_accept_their_files(
        string router, string priority, string ports, string address)
    {
        Assert.Equal(0, (await _router.InstallAsync("--router", router)).Status);

        (int status, string output) = await _router.RunOnRouterAsync(AcceptFiles);
        Assert.True(status == 0, output);
        Assert.Contains(priority, Read("/etc/keepalived/keepalived.conf"), StringComparison.Ordinal);
        Assert.Contains(ports, Read("/etc/proxy-helper-pair/rules.nft"), StringComparison.Ordinal);
        Assert.Contains(address, Read("/etc/conntrackd/conntrackd.conf"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_proxies_share_the_users_by_the_same_rule_on_both_routers()
    {
        _router.Set("PROXY_ADDRESSES", "PROXY_ADDRESSES=194.0.22.9,194.0.22.10,194.0.22.11");
        Assert.Equal(0, (await _router.InstallAsync()).Status);
        string first = ReadTarget();
        Assert.Equal(0, (await _router.InstallAsync("--router", "b")).Status);

        Assert.Equal(first, ReadTarget());
        Assert.Contains("seed 0x1 map { 0 : 194.0.22.9 . 9199, 1 : 194.0", first, StringComparison.Ordinal);
        (int status, string output) = await _router.RunOnRouterAsync(AcceptFiles);
        Assert.True(status == 0, output);
    }

    [Fact]
    public async Task Systemd_accepts_the_units()
    {
        Assert.Equal(0, (await _router.InstallAsync()).Status);
        // The daemon of this repository is not installed on this machine.
        File.WriteAllText(
            _router.Installed("/etc/systemd/system/proxy-helper.service"), "[Service]\nExecStart=/bin/true\n");

        (int status, string output) = await _router.RunOnRouterAsync(
            "systemd-analyze verify --man=no " +
            "{keepalived,conntrackd,proxy-helper,proxy-helper-pair,proxy-helper-pair-watch}.service 2>&1");

        Assert.True(status == 0, output);
        Assert.Empty(output.Trim());
    }

    [Fact]
    public async Task The_files_of_another_program_are_kept()
    {
        const string Path = "/etc/keepalived/keepalived.conf";
        Directory.CreateDirectory(_router.Installed("/etc/keepalived"));
        File.WriteAllText(_router.Installed(Path), "# by hand\n");
        (int status, string output) = await _router.InstallAsync();

        Assert.Equal(0, status);
        Assert.Contains($"kept {_router.Installed(Path)} as", output, StringComparison.Ordinal);
        Assert.Equal("# by hand\n", Read($"{Path}.saved"));

        // A second file does not replace the first one.
        File.WriteAllText(_router.Installed(Path), "# by hand again\n");
        Assert.Equal(0, (await _router.InstallAsync()).Status);
        Assert.Equal("# by hand\n", Read($"{Path}.saved"));
        Assert.Equal("# by hand again\n", Read($"{Path}.saved.2"));
    }

    [Fact]
    public async Task A_second_run_changes_nothing()
    {
        Assert.Equal(0, (await _router.InstallAsync()).Status);
        string[] before = _router.Snapshot();
        DateTime written = File.GetLastWriteTimeUtc(_router.Installed("/etc/keepalived/keepalived.conf"));

        (int status, string output) = await _router.InstallAsync();

        Assert.Equal((0, "Router a: all files are as they should be."), (status, output.Trim()));
        Assert.Equal(before, _router.Snapshot());
        Assert.Equal(written, File.GetLastWriteTimeUtc(_router.Installed("/etc/keepalived/keepalived.conf")));
    }

    [Fact]
    public async Task A_changed_variable_changes_its_files_and_keeps_no_copies()
    {
        Assert.Equal(0, (await _router.InstallAsync()).Status);
        _router.Set("A_PRIORITY", "A_PRIORITY=77");
        (int status, string output) = await _router.InstallAsync();

        Assert.Equal(0, status);
        Assert.Equal(
            [
                "/etc/keepalived/keepalived.conf", "/etc/proxy-helper-pair/installed",
                "/etc/proxy-helper-pair/pair.conf",
            ],
            Changes(output));
        Assert.Empty(Directory.GetFiles(_router.Root, "*.saved*", SearchOption.AllDirectories));
        Assert.Empty(Directory.GetFiles(_router.Root, "*.pair-*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_check_lists_the_changes_and_makes_none()
    {
        (int status, string output) = await _router.InstallAsync("--check");
        Assert.Equal(0, status);
        Assert.Contains("/etc/keepalived/keepalived.conf", Changes(output));
        Assert.Empty(_router.Snapshot());

        Assert.Equal(0, (await _router.InstallAsync()).Status);
        string[] before = _router.Snapshot();
        _router.Set("A_PRIORITY", "A_PRIORITY=77");
        Assert.Equal(0, (await _router.InstallAsync("--check")).Status);
        Assert.Equal(before, _router.Snapshot());
    }

    [Fact]
    public async Task The_host_decides_which_router_it_is()
    {
        string install = $"{PairRouter.Shipped}/install.sh --check {_router.Variables}";

        (int status, string output) = await _router.RunOnRouterAsync($"{AddAddresses(router: 2)}\n{install}");
        Assert.True(status == 0, output);
        Assert.Contains("Router b: would change /etc/keepalived/keepalived.conf", output, StringComparison.Ordinal);

        (status, output) = await _router.RunOnRouterAsync($"{AddAddresses(router: 2)}\n{install} --router a");
        Assert.Equal(1, status);
        Assert.Contains("this host does not have 10.255.0.1 on sync", output, StringComparison.Ordinal);

        (status, output) = await _router.RunOnRouterAsync(install);
        Assert.Equal(1, status);
        Assert.Contains(
            "this host must have 10.255.0.1 (router a) or 10.255.0.2 (router b) on sync", output,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_router_with_many_addresses_is_found()
    {
        _router.Replace("ip", """/sbin/ip "$@"; [[ $* != *show* ]] || seq 100000""");

        (int status, string output) = await _router.RunOnRouterAsync(
            $"{AddAddresses(router: 1)}\n{PairRouter.Shipped}/install.sh --check {_router.Variables}");

        Assert.True(status == 0, output);
    }

    [Fact]
    public async Task The_last_lines_are_the_lines_for_the_daemon_and_the_commands_for_the_changed_files()
    {
        string install = $"{PairRouter.Shipped}/install.sh {_router.Variables} | grep -v '^kept' | grep -v wrote";

        (int status, string output) = await _router.RunOnRouterAsync($"""
            {AddAddresses(router: 1)}
            printf 'port = 114\nallow-absent-address = yes\n' >/etc/proxy-helper.conf
            {install}
            printf 'address = 194.0.3.1\nallow = 194.0.22.9\n' >>/etc/proxy-helper.conf
            sed -i s/A_PRIORITY=100/A_PRIORITY=101/ {_router.Variables}
            {install}
            """);

        Assert.True(status == 0, output);
        Assert.Equal(
            """
            Add these lines to /etc/proxy-helper.conf:
            address = 194.0.3.1
            allow = 194.0.22.9
            Run these commands:
              systemctl daemon-reload
              systemctl enable proxy-helper-pair conntrackd keepalived
              systemctl restart systemd-modules-load
              systemctl restart systemd-sysctl
              systemctl reload-or-restart proxy-helper-pair
              systemctl enable proxy-helper
              systemctl restart proxy-helper
              systemctl restart proxy-helper-pair-watch
              systemctl restart conntrackd
              systemctl reload-or-restart keepalived
            If a shared address or VRRP_ID changed, stop keepalived on the backup router and begin on the primary one.
            Otherwise, begin on the backup router. Run these commands:
              systemctl reload-or-restart keepalived
            """,
            output.Trim());
    }

    private string Read(string path) => File.ReadAllText(_router.Installed(path));

    private static string AddAddresses(int router) => $"""
        ip address add 10.1.0.{router + 1}/16 dev users
        ip address add 194.0.22.{router + 1}/24 dev proxies
        ip address add 10.255.0.{router}/24 dev sync
        """;

    private string ReadTarget() => Assert.Single(
        Read("/etc/proxy-helper-pair/rules.nft").Split('\n'),
        line => line.Contains("dnat to", StringComparison.Ordinal));

    // The last word of a line is a path below the root.
    private string[] Changes(string output) =>
    [
        .. output.Split('\n').Where(line => line.StartsWith("Router a: w", StringComparison.Ordinal))
            .Select(line => line.Split(_router.Root)[1].Trim()),
    ];
}
