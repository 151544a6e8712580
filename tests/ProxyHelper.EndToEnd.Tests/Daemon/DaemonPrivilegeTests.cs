using System.Net.Sockets;
using System.Runtime.InteropServices;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.EndToEnd.Daemon;

/// <summary>Tests the privileges of the running daemon. The kernel reports those of each thread.</summary>
public sealed class DaemonPrivilegeTests(PublishedDaemon daemon)
{
    private const string NetAdmin = "0000000000001000", None = "0000000000000000";

    private static readonly byte[] _query = TrackedConnection.Query();

    [Theory]
    [InlineData]
    [InlineData("--workers", "3", "--metrics", "127.0.0.1:9114")]
    [Trait("Promise", "few-privileges")]
    public async Task As_another_user_the_daemon_keeps_one_capability_and_answers(params string[] arguments)
    {
        using var network = RouterNetwork.Create();
        DaemonOnRouter.Track(network, TrackedConnection.Flow);
        string pidFile = daemon.NewPath();
        using RunningProgram program = await DaemonOnRouter.StartAsync(
            network, daemon, ["-u", "nobody", "-p", pidFile, .. arguments]);
        using Socket proxy = DaemonOnRouter.OpenProxySocket(network);

        byte[] found = TrackedConnection.Found(_query);
        Assert.Equal(found, await DaemonOnRouter.ExchangeAsync(proxy, _query));

        string id = Tool.Run("id", "-u", "nobody").Trim();
        string group = Tool.Run("id", "-g", "nobody").Trim();
        foreach (string thread in Directory.GetDirectories($"/proc/{program.Id}/task"))
        {
            Dictionary<string, string> status = ReadStatus(thread);
            Assert.Equal([id, id, id, id], status["Uid"].Split('\t'));
            Assert.Equal([group, group, group, group], status["Gid"].Split('\t'));
            Assert.Equal(string.Empty, status["Groups"]);
            Assert.Equal((None, None), (status["CapInh"], status["CapAmb"]));
            Assert.Contains(status["CapPrm"], (string[])[NetAdmin, None]);
            Assert.Equal(status["CapPrm"], status["CapEff"]);
            Assert.Equal((None, "1"), (status["CapBnd"], status["NoNewPrivs"]));
        }

        Assert.Equal(NetAdmin, ReadStatus($"/proc/{program.Id}")["CapEff"]);
        program.Signal(PosixSignal.SIGTERM);
        Assert.Equal(0, await program.ExitAsync());
        Assert.True(!File.Exists(pidFile) || new FileInfo(pidFile).Length == 0); // root owns the folder
    }

    [Fact]
    [Trait("Promise", "few-privileges")]
    public async Task No_thread_can_gain_privileges_without_another_user_either()
    {
        using var network = RouterNetwork.Create();
        using RunningProgram program = await DaemonOnRouter.StartAsync(network, daemon, "--metrics", "127.0.0.1:9114");

        foreach (string thread in Directory.GetDirectories($"/proc/{program.Id}/task"))
        {
            Dictionary<string, string> status = ReadStatus(thread);
            Assert.Equal((None, "1"), (status["CapBnd"], status["NoNewPrivs"]));
        }
    }

    [Fact]
    public async Task The_user_may_have_a_file_with_the_secret_of_root_by_an_access_list()
    {
        Requirement.Tool("setfacl");
        using var network = RouterNetwork.Create();
        DaemonOnRouter.Track(network, TrackedConnection.Flow);
        string secret = daemon.NewPath();
        await File.WriteAllTextAsync(secret, "7\n", Patience.Token());
        Tool.Run("chmod", "600", secret);
        Tool.Run("setfacl", "-m", "u:nobody:r", secret);
        Tool.Run("chmod", "711", Path.GetDirectoryName(secret)!);
        using RunningProgram program = await DaemonOnRouter.StartAsync(
            network, daemon, "-u", "nobody", "--secret-file", secret);

        program.Signal(PosixSignal.SIGHUP); // now the user reads the file

        await program.AwaitAsync("The configuration was reloaded.");
        Tool.Run("setfacl", "-m", "u:daemon:r", secret);
        program.Signal(PosixSignal.SIGHUP);
        await program.AwaitAsync($"The secret file {secret} is rejected");
    }

    [Fact]
    public async Task A_missing_user_is_reported()
    {
        using var network = RouterNetwork.Create();

        using RunningProgram program = DaemonOnRouter.Begin(network, daemon, "-I", "194.0.1.1", "-u", "no-such-user");

        Assert.Equal(1, await program.ExitAsync());
        Assert.Contains("become no-such-user: there is no such user", program.Output, StringComparison.Ordinal);
    }

    private static Dictionary<string, string> ReadStatus(string process) => File.ReadLines($"{process}/status")
        .Select(line => line.Split(':', 2)).ToDictionary(parts => parts[0], parts => parts[1].Trim());
}
