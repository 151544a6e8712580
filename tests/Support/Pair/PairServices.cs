using System.Globalization;
using System.Text;

namespace ProxyHelper.TestSupport.Pair;

/// <summary>Starts and ends the services of a router, with the commands of their units.</summary>
/// <param name="machine">The machine of the router.</param>
internal sealed class PairServices(PairMachine machine) : IDisposable
{
    /// <summary>The log of the script that keepalived calls.</summary>
    public const string ScriptLog = "/run/proxy-helper-pair/log";

    private const string Conntrackd = "conntrackd";
    private const string Keepalived = "keepalived";
    private const string HelperSettings = "/etc/proxy-helper.conf";

    private readonly List<(string Name, RunningProgram Program)> _started = [];

    /// <summary>Loads the hold and the packet rules, as the first service of the pair does at boot.</summary>
    public void LoadRules() => new PairUnit(machine, "proxy-helper-pair").Run("ExecStart");

    /// <summary>Starts conntrackd, and returns when conntrackd answers.</summary>
    public async Task StartConntrackdAsync()
    {
        var unit = new PairUnit(machine, Conntrackd);
        unit.Run("ExecStartPre");
        Start(Conntrackd, Conntrackd, "-C", "/etc/conntrackd/conntrackd.conf");
        await Until.HoldsAsync("conntrackd answers", () => new PairCaches(machine).CountInternal() >= 0)
            .ConfigureAwait(false);
        unit.Run("ExecStartPost");
    }

    /// <summary>Ends conntrackd.</summary>
    public Task StopConntrackdAsync() => StopAsync(Conntrackd);

    /// <summary>Starts the helper with the shipped settings.</summary>
    public void StartHelper(string daemon, IEnumerable<string> arguments)
    {
        File.Copy(machine.PathOf("/etc/proxy-helper-pair/proxy-helper.conf"), machine.PathOf(HelperSettings), true);
        Start("proxy-helper", [daemon, "-c", HelperSettings, .. arguments]);
    }

    /// <summary>Starts to watch for a new conntrackd of the other router.</summary>
    public void StartWatch() => Start("watch", new PairUnit(machine, "proxy-helper-pair-watch").ReadOne("ExecStart"));

    /// <summary>Starts keepalived. It logs to its output.</summary>
    public void StartKeepalived()
    {
        new PairUnit(machine, Keepalived).Run("ExecStartPre");
        Start(Keepalived, Keepalived, "--dont-fork", "--log-console", "--log-detail", "--no-syslog");
    }

    /// <summary>Ends keepalived, which hands over to the other router.</summary>
    public async Task StopKeepalivedAsync()
    {
        await StopAsync(Keepalived).ConfigureAwait(false);
        new PairUnit(machine, Keepalived).Run("ExecStopPost");
    }

    /// <summary>Kills keepalived with its child, which would remove the addresses on the end of its parent.</summary>
    public void KillKeepalived()
    {
        string parent = PairMachine.ChildOf(Find(Keepalived).Id);
        string child = PairMachine.ChildOf(int.Parse(parent, CultureInfo.InvariantCulture));
        Tool.Run("sh", "-e", "-c", $"kill -STOP {child}; kill -KILL {parent} {child}");
        new PairUnit(machine, Keepalived).Run("ExecStopPost", "SERVICE_RESULT=signal");
    }

    /// <summary>Returns the output of all services and the log files.</summary>
    public string DescribeLogs()
    {
        var text = new StringBuilder();
        foreach ((string name, RunningProgram program) in _started)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"--- {name}\n{program.Output.TrimEnd()}");
        }

        foreach (string file in machine.LogFiles)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"--- {file}\n{File.ReadAllText(file).TrimEnd()}");
        }

        return text.ToString();
    }

    /// <inheritdoc/>
    public void Dispose() => _started.ForEach(service => service.Program.Dispose());

    private void Start(string name, params string[] command) => _started.Add((name, machine.Start(command)));

    private Task<int> StopAsync(string service)
    {
        RunningProgram program = Find(service);
        Tool.Run("sh", "-c", $"kill -TERM {PairMachine.ChildOf(program.Id)}");
        return program.ExitAsync();
    }

    private RunningProgram Find(string service) => _started.Last(program => program.Name == service).Program;
}
