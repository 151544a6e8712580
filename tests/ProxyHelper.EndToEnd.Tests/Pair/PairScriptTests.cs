using Xunit;

namespace ProxyHelper.EndToEnd.Pair;

/// <summary>Tests the steps of the script of a pair of routers, their order, and what faults lead to.</summary>
public sealed class PairScriptTests
{
    private const string LoadRules = "nft -f /etc/proxy-helper-pair/rules.nft";

    public static TheoryData<string, string[]> Steps => new()
    {
        { "primary", PairScript.Primary },
        { "backup", PairScript.Backup },
        { "fault", [PairScript.CloseHold] },
        { "stop", [PairScript.CloseHold] },
        { "load", [PairScript.CloseHold, LoadRules] },
        { "synchronize", [] },
    };

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task A_state_has_its_steps_in_order(string state, string[] steps)
    {
        using PairScript script = await PairScript.InstallAsync();

        (int status, string output, string[] calls) = await script.RunAsync($"script {state}");

        Assert.Equal(0, status);
        Assert.Equal(steps, calls);
        Assert.Contains($"{state}: done, 0 steps failed", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_step_is_logged_with_its_time_and_duration()
    {
        using PairScript script = await PairScript.InstallAsync();

        (int _, string output, string[] _) = await script.RunAsync(
            "script primary 2>/run/errors; cat /run/proxy-helper-pair/log");

        Assert.Matches(
            @"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6} primary: conntrackd -c has taken \d+\.\d{6} s\n", output);
        Assert.Matches(@"primary: opening the hold has taken \d+\.\d{6} s\n", output);
    }

    [Fact]
    public async Task Loading_the_rules_keeps_the_hold_of_a_primary_router_open()
    {
        using PairScript script = await PairScript.InstallAsync();

        string[] calls = (await script.RunAsync("script primary; script load")).Calls;

        Assert.Equal([.. PairScript.Primary, LoadRules], calls);
    }

    [Theory]
    [InlineData("signal")]
    [InlineData("success", PairScript.CloseHold)]
    public async Task At_the_end_of_keepalived_the_hold_closes_except_after_a_kill(string result, params string[] steps)
    {
        using PairScript script = await PairScript.InstallAsync();

        string[] calls = (await script.RunAsync($"script primary; SERVICE_RESULT={result} script stop")).Calls;

        Assert.Equal([.. PairScript.Primary, .. steps], calls);
    }

    [Theory]
    [InlineData("primary", "conntrackd -B")]
    [InlineData("backup", "conntrackd -t", "conntrackd -n")]
    [InlineData("fault")]
    public async Task A_new_conntrackd_gets_the_commands_of_the_present_state(string state, params string[] steps)
    {
        using PairScript script = await PairScript.InstallAsync();
        string[] first = (await script.RunAsync($"script {state}")).Calls;

        string[] calls = (await script.RunAsync($"script {state}; script synchronize")).Calls;

        Assert.Equal([.. first, .. first, .. steps], calls);
    }

    [Theory]
    [InlineData("backup", 300, "conntrack -D -p tcp --reply-dst 194.0.3.1")]
    [InlineData("backup", 0)] // the other router was never primary
    [InlineData("primary", 300)] // both routers were primary, and this one has won
    public async Task Entries_from_before_another_router_was_primary_are_deleted_before_the_commit(
        string before, int copied, params string[] steps)
    {
        using PairScript script = await PairScript.InstallAsync();
        string[] first = (await script.RunAsync($"script {before}")).Calls;
        script.SetCopied(copied);

        string[] calls = (await script.RunAsync("mkdir /run/proxy-helper-pair; " +
            $"echo {before} 1 1 >/run/proxy-helper-pair/state; script primary")).Calls;

        Assert.Equal([.. first, PairScript.FindRules, .. steps, .. PairScript.Primary[1..]], calls);
    }

    [Fact]
    public async Task A_backup_router_deletes_its_old_entries_when_it_has_the_entries_of_the_primary_router()
    {
        using PairScript script = await PairScript.InstallAsync();
        script.SetCopied(300);
        script.AddEntry();

        string[] calls = (await script.RunAsync("script backup")).Calls;

        Assert.Equal(
            [.. PairScript.Backup, "conntrackd -f internal", "conntrack -D -p tcp --reply-dst 194.0.3.1"], calls);
    }

    [Fact]
    public async Task A_backup_router_without_old_entries_does_not_wait_for_those_of_the_primary_router()
    {
        using PairScript script = await PairScript.InstallAsync();
        script.SetCopied(300);

        Assert.Equal(PairScript.Backup, (await script.RunAsync("script backup")).Calls);
    }

    [Theory]
    [InlineData("primary")]
    [InlineData("fault")]
    [InlineData("backup", "conntrackd -f external", "conntrackd -n")]
    public async Task A_refresh_replaces_the_copy_of_a_backup_router(string state, params string[] steps)
    {
        using PairScript script = await PairScript.InstallAsync();
        string[] first = (await script.RunAsync($"script {state}")).Calls;

        string[] calls = (await script.RunAsync($"script {state}; script refresh")).Calls;

        Assert.Equal([.. first, .. first, .. steps], calls);
    }

    [Theory]
    [InlineData("")]
    [InlineData("MASTER")]
    [InlineData("primary\n")]
    public async Task An_unknown_state_changes_nothing(string state)
    {
        using PairScript script = await PairScript.InstallAsync();

        (int status, string output, string[] calls) = await script.RunAsync(
            $"status=0; script '{state}' || status=$?; [[ ! -e /run/proxy-helper-pair ]]; exit $status");

        Assert.Equal(2, status);
        Assert.Empty(calls);
        Assert.Contains("is unknown. Use primary, backup, fault", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_hold_opens_if_conntrackd_does_not_run()
    {
        using PairScript script = await PairScript.InstallAsync();
        File.Delete(Path.Combine(script.Router.Programs, "conntrackd")); // the real program finds no daemon

        (int status, string output, string[] calls) = await script.RunAsync("script primary");

        Assert.Equal(1, status);
        Assert.Equal([PairScript.FindRules, PairScript.OpenHold], calls);
        Assert.Matches(@"conntrackd -c FAILED after 0\.\d{6} s with status 1: can't connect", output);
        Assert.Contains("primary: done, 4 steps failed", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_hold_opens_if_the_commit_does_not_end()
    {
        using PairScript script = await PairScript.InstallAsync(("COMMIT_TIMEOUT", "COMMIT_TIMEOUT=1"));

        (int status, string output, string[] calls) = await script.RunAsync("close -c; script primary");

        Assert.Equal(1, status);
        Assert.Equal(PairScript.Primary, calls);
        Assert.Contains("with status 124: no end after 1 s.", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hold_that_does_not_open_is_the_loudest_message()
    {
        using PairScript script = await PairScript.InstallAsync();
        script.Router.Replace("nft", "echo 'no memory' >&2; exit 1");

        (int status, string output, string[] _) = await script.RunAsync("script primary");

        Assert.Equal(1, status);
        Assert.Contains(
            "no memory THE USERS HAVE NO CONNECTION. Run 'nft delete table inet proxy_helper_hold'.", output,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_script_needs_no_environment()
    {
        using PairScript script = await PairScript.InstallAsync();
        File.Delete(Path.Combine(script.Router.Programs, "nft"));
        string path = script.Router.Installed("/etc/proxy-helper-pair/primary-backup.sh");

        // With the real nft. A hold that is missing or already there is no fault.
        (int status, string output) = await script.Router.RunOnRouterAsync($"""
            for state in load load stop fault stop; do env -i {path} $state; done
            nft list table inet proxy_helper_hold
            env -i {path} primary || true
            nft flush ruleset
            env -i {path} primary || true
            nft list tables
            """);

        Assert.True(status == 0, output);
        Assert.Equal(2, output.Split("opening the hold has taken").Length - 1);
        Assert.EndsWith(
            "table ip proxy_helper_pair\ntable inet proxy_helper_pair", output.Trim(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_log_does_not_grow_without_end()
    {
        using PairScript script = await PairScript.InstallAsync();

        (int status, string output, string[] _) = await script.RunAsync("""
            mkdir /run/proxy-helper-pair
            head -c 300000 /dev/zero >/run/proxy-helper-pair/log
            for i in 1 2; do script stop; done
            stat -c 'size %s' /run/proxy-helper-pair/log
            """);

        Assert.Equal(0, status);
        Assert.Matches("size [0-9]{2,3}\n", output);
    }
}
