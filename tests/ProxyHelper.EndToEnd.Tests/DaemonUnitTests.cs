using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using ProxyHelper.Addresses;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.EndToEnd;

/// <summary>The daemon's unit: systemd understands all of it, it leaves little to do harm with, and it forbids nothing that the daemon does.</summary>
public sealed partial class DaemonUnitTests(PublishedDaemon daemon) : IDisposable
{
    private static readonly string _units = Path.Combine(Repository.Root, "src", "ProxyHelper.Daemon", "package", "systemd");
    private static readonly string _service = Path.Combine(_units, "proxy-helper.service");

    private readonly string _work = Directory.CreateTempSubdirectory("proxy-helper-unit-").FullName;

    public void Dispose() => Directory.Delete(_work, recursive: true);

    [Fact]
    public void It_leaves_the_service_little_to_do_harm_with()
    {
        Requirement.Tool("systemd-analyze");

        // It fails when the exposure is above this, in tenths.
        Tool.Run("systemd-analyze", "security", "--offline=true", "--threshold=19", _service);
    }

    [Fact]
    public void Systemd_understands_all_of_it()
    {
        Requirement.Tool("systemd-analyze");
        Requirement.Tool("kill"); // which reloads it
        string[] copies = [.. Directory.GetFiles(_units).Select(CopyForThisMachine)];

        string complaints = Tool.Run("bash", ["-c", "systemd-analyze verify --man=no \"$@\" 2>&1", "verify", .. copies]);

        Assert.Empty(complaints);
    }

    [Fact]
    public async Task It_allows_every_system_call_that_the_daemon_makes()
    {
        Requirement.Tool("systemd-analyze");
        Requirement.Tool("strace");
        string[] made = await CallsAsync();
        Assert.Contains("sendmmsg", made); // it has answered

        Assert.Empty(made.Except(AllowedCalls()));
    }

    /// <summary>What it calls from its start, over answers, a scrape, a reload, and the counters, to its end.</summary>
    private async Task<string[]> CallsAsync()
    {
        using var network = RouterNetwork.Create();
        byte[] query = QueryDatagram.Query(TransportEndPoint.Parse("194.0.1.1:3527"), TransportEndPoint.Parse("194.0.22.9:9199"));
        string trace = $"{_work}/trace", configuration = $"{_work}/configuration", program = daemon.Program;
        await File.WriteAllTextAsync(configuration, "address = 194.0.1.1\nmetrics = 194.0.1.1:9114\n", Patience.Token());
        using RunningProgram running = network.Router.Run(() => RunningProgram.Start(
            "strace", "-D", "-f", "-qq", "-e", "signal=none", "-o", trace, program, "-c", configuration)); // -D: the process is the daemon
        await running.AwaitAsync("answering on 194.0.1.1:114");
        using Socket asker = DaemonOnRouter.OpenAsker(network);
        await DaemonOnRouter.ExchangeAsync(asker, query);
        network.Router.Run(() => Tool.Run("bash", "-c", "exec 3<>/dev/tcp/194.0.1.1/9114; printf 'GET /metrics HTTP/1.1\\r\\nHost: router\\r\\n\\r\\n' >&3; cat <&3"));
        running.Signal(PosixSignal.SIGHUP);
        await running.AwaitAsync("configuration read again");
        running.Signal((PosixSignal)10); // SIGUSR1
        await running.AwaitAsync("up to now 1 queries");
        running.Signal(PosixSignal.SIGTERM);
        Assert.Equal(0, await running.ExitAsync());
        return [.. SystemCall().Matches(await File.ReadAllTextAsync(trace, Patience.Token())).Select(call => call.Value).Distinct()];
    }

    /// <summary>The unit's filter with its groups taken apart: what begins with ~ is taken away again.</summary>
    private static HashSet<string> AllowedCalls()
    {
        var allowed = new HashSet<string>(StringComparer.Ordinal);
        foreach (Match filter in Filter().Matches(File.ReadAllText(_service)))
        {
            HashSet<string> named = [.. filter.Groups["names"].Value.Split(' ').SelectMany(Members)];
            if (filter.Groups["without"].Success)
            {
                allowed.ExceptWith(named);
            }
            else
            {
                allowed.UnionWith(named);
            }
        }

        return allowed;
    }

    private static IEnumerable<string> Members(string name) => name.StartsWith('@')
        ? Tool.Run("systemd-analyze", "syscall-filter", name).Split('\n').Select(line => line.Trim())
            .Where(line => line.Length > 0 && line[0] != '#' && line != name).SelectMany(Members)
        : [name];

    /// <summary>A unit that starts the program from where the test has it.</summary>
    private string CopyForThisMachine(string unit)
    {
        string copy = Path.Combine(_work, Path.GetFileName(unit));
        File.WriteAllText(copy, File.ReadAllText(unit).Replace("/usr/sbin/proxy-helper", daemon.Program, StringComparison.Ordinal));
        return copy;
    }

    [GeneratedRegex(@"^SystemCallFilter=(?<without>~)?(?<names>.*)$", RegexOptions.Multiline)]
    private static partial Regex Filter();

    [GeneratedRegex(@"(?<=^\d+ +)[a-z_0-9]+(?=\()", RegexOptions.Multiline)]
    private static partial Regex SystemCall();
}
