namespace ProxyHelper.EndToEnd.Pair;

/// <summary>
/// Represents the installed script of a router, with stand-ins for nft and conntrackd that record their calls. A call
/// of conntrackd waits if a test closed its gate.
/// </summary>
internal sealed class PairScript : IDisposable
{
    /// <summary>The call that closes the hold.</summary>
    public const string CloseHold = "nft -f /etc/proxy-helper-pair/hold.nft";

    /// <summary>The call that opens the hold.</summary>
    public const string OpenHold = "nft table inet proxy_helper_hold; delete table inet proxy_helper_hold";

    /// <summary>The call that finds out whether the rules are loaded.</summary>
    public const string FindRules = "nft list table ip proxy_helper_pair";

    private PairScript(PairRouter router)
    {
        Router = router;
    }

    /// <summary>Gets the calls of a router that becomes primary.</summary>
    public static string[] Primary { get; } =
        [FindRules, "conntrackd -c", OpenHold, "conntrackd -f", "conntrackd -R", "conntrackd -B"];

    /// <summary>Gets the calls of a router that becomes backup.</summary>
    public static string[] Backup { get; } = [CloseHold, "conntrackd -t", "conntrackd -n"];

    /// <summary>Gets the router.</summary>
    public PairRouter Router { get; }

    private string Counts => Path.Combine(Router.Programs, "counts");

    private string Entries => Path.Combine(Router.Programs, "entries");

    private string Calls => Path.Combine(Router.Programs, "calls");

    /// <summary>Installs the script and the stand-ins.</summary>
    public static async Task<PairScript> InstallAsync(params (string Name, string Line)[] variables)
    {
        var router = new PairRouter();
        foreach ((string name, string line) in variables)
        {
            router.Set(name, line);
        }

        (int status, string output) = await router.InstallAsync();
        var script = new PairScript(router);
        if (status != 0)
        {
            script.Dispose();
            throw new InvalidOperationException(output);
        }

        router.Replace("nft", $"echo \"nft ${{*//$ROOT/}}\" >>{script.Calls}");
        router.Replace("conntrack", $$"""
            [[ $1 != -L ]] || exec cat {{script.Entries}}
            echo "conntrack $*" >>{{script.Calls}}
            """);
        router.Replace("conntrackd", $$"""
            [[ $1 != -s ]] || exec cat {{script.Counts}}
            echo "conntrackd $*" >>{{script.Calls}}
            [[ ! -p {{router.Programs}}/gate$1 ]] || read -r <{{router.Programs}}/gate$1
            """);
        return script;
    }

    /// <summary>Sets the number of the other router's entries that conntrackd says it has.</summary>
    public void SetCopied(int count) => File.WriteAllText(Counts, $"""
        cache internal:
        current active connections:         7
        cache external:
        current active connections:         {count}

        """);

    /// <summary>Lets the kernel have an entry of a mail connection.</summary>
    public void AddEntry() => File.WriteAllText(Entries, "an entry\n");

    /// <summary>
    /// Runs shell commands with an empty /run. The function 'script' calls the installed script, 'await' waits until a
    /// call is recorded, 'close' lets a call of conntrackd wait, and 'open' lets the call go on.
    /// </summary>
    /// <returns>The exit status and the output of the commands, and the recorded calls.</returns>
    public async Task<(int Status, string Output, string[] Calls)> RunAsync(string commands)
    {
        (int status, string output) = await Router.RunAsync(
            "unshare", "--mount", "bash", "-ec", $$"""
            mount -t tmpfs tmpfs /run
            export ROOT={{Router.Root}}
            script() { {{Router.Root}}/etc/proxy-helper-pair/primary-backup.sh "$@"; }
            await() { until grep -qsF "$1" {{Calls}}; do read -rt 0.01 <> <(:) || true; done; }
            state() { until grep -qs "^$1 " /run/proxy-helper-pair/state; do read -rt 0.01 <> <(:) || true; done; }
            close() { mkfifo {{Router.Programs}}/gate$1; }
            open() { echo >{{Router.Programs}}/gate$1; rm {{Router.Programs}}/gate$1; }
            {{commands}}
            """);
        string[] calls = File.Exists(Calls) ? await File.ReadAllLinesAsync(Calls, Patience.Token()) : [];
        return (status, output, calls);
    }

    /// <inheritdoc/>
    public void Dispose() => Router.Dispose();
}
