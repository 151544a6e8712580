using System.Runtime.InteropServices;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.EndToEnd.Daemon;

/// <summary>Tests what the daemon does with files that it did not write, and with files that are not files.</summary>
public sealed class DaemonFileTests(PublishedDaemon daemon)
{
    private const StringComparison Exact = StringComparison.Ordinal;

    [Theory]
    [InlineData("it has other content", "echo 'address = 194.0.1.1' >{0}")]
    [InlineData("it has other content", "head -c 100000 /dev/zero >{0}")]
    [InlineData("it is a symbolic link", "echo 4194305 >{0}.target; ln -s {0}.target {0}")]
    [InlineData("it is a symbolic link", "ln -s {0}.target {0}")]
    [InlineData("it is a file with several names", "echo 4194305 >{0}.target; ln {0}.target {0}")]
    [InlineData("it is a FIFO", "mkfifo {0}")]
    [InlineData("it is a folder", "mkdir {0}")]
    [InlineData("not all users can read it", "echo 4194305 >{0}; chmod 600 {0}")]
    public async Task A_file_that_is_no_pid_file_stays_as_it_is(string reason, string prepare)
    {
        using var network = RouterNetwork.Create();
        string path = Prepare(prepare);
        string before = Describe(path);
        foreach (string[] check in (string[][])[[], ["--check"]])
        {
            using RunningProgram program = DaemonOnRouter.Begin(
                network, daemon, [.. check, "-I", "194.0.1.1", "-p", path]);

            Assert.Equal(1, await program.ExitAsync());
            Assert.Contains($"{path} is not a PID file: {reason}", program.Output, Exact);
            Assert.Equal(before, Describe(path));
        }
    }

    [Fact]
    public async Task A_check_leaves_an_old_pid_file_and_the_next_start_replaces_the_file()
    {
        using var network = RouterNetwork.Create();
        string path = Prepare("echo 4194305 >{0}");
        string before = Describe(path);

        using RunningProgram check = DaemonOnRouter.Begin(
            network, daemon, "--check", "-I", "194.0.1.1", "-p", path, "--allow", "194.0.22.9");

        Assert.Equal(0, await check.ExitAsync());
        Assert.Contains($"Passed  PID file                {path} can be written.", check.Output, Exact);
        Assert.Equal(before, Describe(path));
        using RunningProgram program = await DaemonOnRouter.StartAsync(network, daemon, "-p", path);
        Assert.Equal($"{program.Id}\n", await File.ReadAllTextAsync(path, Patience.Token()));
        program.Signal(PosixSignal.SIGTERM);
        Assert.Equal(0, await program.ExitAsync());
        Assert.False(File.Exists(path));
    }

    [Fact]
    [Trait("Promise", "read-only-check")]
    public async Task A_check_makes_no_system_call_that_changes_something()
    {
        Requirement.Tool("strace");
        using var network = RouterNetwork.Create();
        string trace = daemon.NewPath(), pidFile = daemon.NewPath(), program = daemon.Program;
        string[] arguments = ["-I", "194.0.1.1", "--tcp-port", "114", "--metrics", "194.0.1.1:9114", "-p", pidFile];
        const string calls = "listen,open,openat,creat,unlink,unlinkat,rename,renameat2,mkdir,mkdirat,link,linkat,"
            + "symlink,truncate,ftruncate,chmod,fchmod,chown,fchown,utimensat,pwrite64";

        using RunningProgram check = network.Router.Run(() => RunningProgram.Start(
            "strace",
            ["-f", "-qq", "-e", "signal=none", "-e", $"trace={calls}", "-o", trace, program, "--check", .. arguments]));

        await check.ExitAsync();
        Assert.Contains("Passed  TCP socket              194.0.1.1:114 (TCP) can be bound.", check.Output, Exact);
        Assert.Contains("Passed  Metrics socket          194.0.1.1:9114 (TCP) can be bound.", check.Output, Exact);
        Assert.DoesNotContain(
            await File.ReadAllLinesAsync(trace, Patience.Token()),
            line => !line.Contains("/dev/null", Exact)
                && !line.Contains(" exited ", Exact) && !line.Contains("<detached ", Exact) // ends of threads
                && (!line.Contains("open", Exact) || line.Contains("O_CREAT", Exact) || line.Contains("O_RDWR", Exact)
                    || line.Contains("O_WRONLY", Exact)));
    }

    [Fact]
    public async Task A_relative_pid_file_is_in_the_folder_of_the_start()
    {
        using var network = RouterNetwork.Create();
        string folder = Prepare("mkdir {0}");
        string program = daemon.Program;
        using RunningProgram running = network.Router.Run(
            () => RunningProgram.Start("env", "-C", folder, program, "-I", "194.0.1.1", "-p", "helper.pid"));
        await running.AwaitAsync("Listening on ");
        Assert.True(File.Exists($"{folder}/helper.pid"));
        running.Signal(PosixSignal.SIGTERM);
        Assert.Equal(0, await running.ExitAsync());
        Assert.Empty(Directory.GetFileSystemEntries(folder));
    }

    [Fact]
    public async Task The_secret_file_is_no_pid_file()
    {
        using var network = RouterNetwork.Create();
        string path = Prepare("umask 077; echo 12345 >{0}");
        string before = Describe(path);
        string[] arguments = ["-I", "194.0.1.1", "--secret-file", path, "-p", path];

        using RunningProgram program = DaemonOnRouter.Begin(network, daemon, arguments);

        Assert.Equal(2, await program.ExitAsync());
        Assert.Contains("pid-file and secret-file", program.Output, Exact);
        Assert.Equal(before, Describe(path));
    }

    [Theory]
    [InlineData("{0}/real/s", "{0}/alias/s")]
    [InlineData("{0}/alias/s", "{0}/real/s")]
    [InlineData("{0}/link", "{0}/real/s")]
    public async Task A_link_to_the_secret_file_is_no_pid_file(string secret, string pidFile)
    {
        using var network = RouterNetwork.Create();
        string path = Prepare(
            "mkdir -p {0}/real; ln -s real {0}/alias; ln -s real/s {0}/link; umask 077; echo 4194999 >{0}/real/s");
        foreach (string[] check in (string[][])[[], ["--check"], ["--check-reload"]])
        {
            string[] files = [
                "--secret-file", secret.Replace("{0}", path, Exact), "-p", pidFile.Replace("{0}", path, Exact)];
            using RunningProgram program = DaemonOnRouter.Begin(
                network, daemon, [.. check, "-I", "194.0.1.1", .. files]);

            Assert.Equal(2, await program.ExitAsync());
            Assert.Contains("pid-file and secret-file name the same file", program.Output, Exact);
            Assert.Equal("4194999\n", await File.ReadAllTextAsync($"{path}/real/s", Patience.Token()));
        }
    }

    [Theory]
    [InlineData(1, "--secret-file")]
    [InlineData(2, "-c")]
    public async Task A_fifo_is_refused_at_once(int status, string option)
    {
        using var network = RouterNetwork.Create();
        string path = Prepare("mkfifo -m 600 {0}");
        foreach (string[] check in (string[][])[[], ["--check"]])
        {
            using RunningProgram program = DaemonOnRouter.Begin(
                network, daemon, [.. check, "-I", "194.0.1.1", option, path]);

            Assert.Equal(status, await program.ExitAsync());
            Assert.Contains($"{path} is a FIFO, not a regular file", program.Output, Exact);
        }
    }

    [Theory]
    [InlineData("secret")]
    [InlineData("configuration")]
    public async Task A_reload_that_finds_a_fifo_keeps_everything_and_signals_work(string replaced)
    {
        using var network = RouterNetwork.Create();
        string secret = Prepare("umask 077; echo 12345 >{0}");
        string configuration = Prepare($"echo 'secret-file = {secret}' >{{0}}");
        using RunningProgram program = await DaemonOnRouter.StartAsync(network, daemon, "-c", configuration);
        string path = replaced == "secret" ? secret : configuration;
        File.Delete(path);
        Tool.Run("mkfifo", "-m", "600", path);

        program.Signal(PosixSignal.SIGHUP);

        await program.AwaitAsync($"{path} is a FIFO, not a regular file");
        program.Signal(PosixSignal.SIGTERM);
        Assert.Equal(0, await program.ExitAsync());
    }

    private string Prepare(string command)
    {
        string path = daemon.NewPath();
        Tool.Run("sh", "-c", command.Replace("{0}", path, Exact));
        return path;
    }

    /// <summary>Describes a file and the target of a link: type, inode, size, times and content.</summary>
    private static string Describe(string path) => Tool.Run(
        "sh", "-c", $"for f in {path}*; do stat -c '%N %F %i %s %Y %Z' $f; [ ! -f $f ] || sha256sum $f; done");
}
