using System.Diagnostics;

namespace ProxyHelper.TestSupport.Pair;

/// <summary>
/// Represents the machine of a router: a network namespace, and a mount and a process namespace that live as long as
/// the machine has power. /etc, /run and /var/log are folders of the machine, so that programs use their real paths.
/// </summary>
/// <remarks>
/// The first process of the machine ends when its standard input ends. So the kernel ends all processes of the machine
/// if the test program is killed.
/// </remarks>
internal sealed class PairMachine : IDisposable
{
    private const string FirstProcess = """
        mount --bind "$0/etc" /etc
        mount --bind "$0/run" /run
        mount --bind "$0/log" /var/log
        sleep 0 &
        wait # makes the shell collect the ends of programs that have no other parent
        echo booted
        while read -r _ || (($? > 128)); do :; done
        """;

    private static readonly string[] _folders = ["etc", "run", "log"];

    private readonly string _folder;
    private int _boots;
    private Process? _power;
    private string _first = string.Empty;

    /// <summary>Creates the folders of a machine that has no power yet.</summary>
    /// <param name="network">The network namespace of the machine.</param>
    /// <param name="folder">The folder of the machine, which exists.</param>
    public PairMachine(NetworkHost network, string folder)
    {
        Network = network;
        _folder = folder;
        Array.ForEach(_folders, name => Directory.CreateDirectory(Path.Combine(folder, name)));
        Tool.Run("cp", "-a", "/etc/.", Path.Combine(folder, "etc"));
    }

    /// <summary>Gets the network namespace.</summary>
    public NetworkHost Network { get; }

    /// <summary>Gets the log files, also those from before a power cut.</summary>
    public IEnumerable<string> LogFiles => Directory.GetFiles(_folder, "*log*", SearchOption.AllDirectories)
        .Where(file => !file.StartsWith(Path.Combine(_folder, "etc"), StringComparison.Ordinal));

    /// <summary>Gives the machine power. /run is empty then, as after a boot.</summary>
    public void PowerOn()
    {
        string run = Path.Combine(_folder, "run");
        Directory.Move(run, Path.Combine(_folder, $"run{_boots++}")); // kept, because it has logs
        Directory.CreateDirectory(Path.Combine(run, "lock"));
        string[] arguments =
        [
            "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--propagation", "private",
            "bash", "-e", "-c", FirstProcess, _folder,
        ];
        _power = Network.Run(() => Process.Start(new ProcessStartInfo("unshare", arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        }))!;
        if (_power.StandardOutput.ReadLine() != "booted")
        {
            throw new InvalidOperationException($"The machine {Network.Name} did not boot.");
        }

        _first = ChildOf(_power.Id);
    }

    /// <summary>Kills all processes of the machine at once.</summary>
    public void PowerOff()
    {
        _power?.Kill(entireProcessTree: true);
        _power?.WaitForExit(Patience.Limit);
        _power?.Dispose();
        _power = null;
    }

    /// <summary>Runs a program of the machine to its end, and returns its standard output.</summary>
    /// <exception cref="InvalidOperationException">Thrown when the program fails.</exception>
    public string Run(params string[] command) => Tool.Run("nsenter", Enter(command));

    /// <summary>Starts a program of the machine.</summary>
    public RunningProgram Start(params string[] command) => RunningProgram.Start("nsenter", Enter(command));

    /// <summary>
    /// Returns the ID of the only child of a process. A program that <see cref="Start"/> started is the child of the
    /// returned program.
    /// </summary>
    public static string ChildOf(int process)
    {
        string path = $"/proc/{process}/task/{process}/children";
        string children = string.Empty;
        return SpinWait.SpinUntil(() => (children = File.ReadAllText(path).Trim()).Length > 0, Patience.Limit)
            ? children
            : throw new InvalidOperationException($"The process {process} has no child.");
    }

    /// <summary>Returns the path of a file of the machine outside of the machine.</summary>
    public string PathOf(string file) => file switch
    {
        _ when file.StartsWith("/var/log/", StringComparison.Ordinal) => $"{_folder}{file[4..]}",
        _ when file.StartsWith("/etc/", StringComparison.Ordinal) => $"{_folder}{file}",
        _ when file.StartsWith("/run/", StringComparison.Ordinal) => $"{_folder}{file}",
        _ => throw new ArgumentException($"{file} is not a file of the machine.", nameof(file)),
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        PowerOff();
        _power?.Dispose();
    }

    private string[] Enter(string[] command) =>
        ["--target", _first, "--mount", "--net", "--pid", "--wd=/", .. command];
}
