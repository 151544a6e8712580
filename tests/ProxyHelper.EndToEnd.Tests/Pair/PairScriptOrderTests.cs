using Xunit;

namespace ProxyHelper.EndToEnd.Pair;

/// <summary>Tests that the last state of keepalived counts, in whatever order its scripts run.</summary>
public sealed class PairScriptOrderTests
{
    [Fact]
    public async Task A_backup_state_during_a_commit_keeps_the_hold_closed()
    {
        using PairScript script = await PairScript.InstallAsync();

        (int _, string output, string[] calls) = await script.RunAsync("""
            close -c
            script primary & await 'conntrackd -c'
            script backup & await hold.nft
            open -c
            wait
            """);

        // The backup closes the hold before it waits for the commit.
        Assert.Equal([PairScript.FindRules, "conntrackd -c", .. PairScript.Backup], calls);
        Assert.Contains(
            "primary: the state is 'backup' now, so the remaining steps are left out", output,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_the_scripts_that_wait_only_the_last_one_runs()
    {
        using PairScript script = await PairScript.InstallAsync();

        (int _, string _, string[] calls) = await script.RunAsync("""
            close -t
            script backup & await 'conntrackd -t'
            script primary & state primary
            script fault & state fault
            script primary & state primary
            open -t
            wait
            """);

        string[] backup = [PairScript.CloseHold, "conntrackd -t", PairScript.CloseHold, "conntrackd -n"];
        Assert.Equal([.. backup, .. PairScript.Primary], calls);
    }

    [Fact]
    public async Task A_script_that_comes_late_does_not_replace_a_later_state()
    {
        using PairScript script = await PairScript.InstallAsync();

        // The first script waits before it records its state, until the second script has ended.
        string gate = Path.Combine(script.Router.Programs, "gate");
        script.Router.Replace(
            "flock",
            $"[[ ! -p {gate} ]] || {{ mv {gate} {gate}.used; read -r <{gate}.used; }}; exec /usr/bin/flock \"$@\"");
        (int _, string output, string[] calls) = await script.RunAsync($$"""
            mkfifo {{gate}}
            script primary & until [[ -p {{gate}}.used ]]; do read -rt 0.01 <> <(:) || true; done
            script backup
            echo >{{gate}}.used
            wait
            """);

        Assert.Equal(PairScript.Backup, calls);
        Assert.Contains("primary: the state is 'backup' now", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_scripts_of_the_same_moment_the_one_with_the_higher_process_id_is_later()
    {
        using PairScript script = await PairScript.InstallAsync();
        // The kernel gives the start of a process in units of 10 ms, as the 22nd word of its state.
        script.Router.Replace("flock", """
            read -ra words </proc/$PPID/stat
            state=/run/proxy-helper-pair/state
            [[ -e $state ]] || echo "backup ${words[21]} $((PPID + 1))" >$state
            """);

        (int _, string output, string[] calls) = await script.RunAsync("script primary");

        Assert.Empty(calls);
        Assert.Contains("primary: the state is 'backup' now", output, StringComparison.Ordinal);
    }
}
