using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.EndToEnd.Daemon;

/// <summary>Tests that no reload opens the access by mistake.</summary>
[Trait("Promise", "safe-reload")]
public sealed class DaemonReloadTests(PublishedDaemon daemon)
{
    private const string Refused = "The configuration was not reloaded, and the previous settings stay in force.";

    private static readonly byte[] _query = TrackedConnection.Query();

    /// <summary>Gets texts that a file can have while a program writes it, or that no administrator writes.</summary>
    public static TheoryData<string, string> DamagedTexts => new()
    {
        { "", "contains no setting" },
        { " \n\t\n", "contains no setting" },
        { "\0\0\0\0", "contains a NUL character" },
        { "allow = 194.0.22.9\0", "contains a NUL character" },
        { "# only this line was written\n", "contains no setting" },
        { "secr", "the line must have the form NAME = VALUE" },
        { "secret-file =", "The value is empty." },
        { "secret-file = /nosuch", "/nosuch" },
        { "ident = none\nallow =", "is not an IPv4 address or prefix" },
        { "ident = none\n" + "#\udc00", "is not a text in UTF-8" }, // a lone half of a pair becomes the byte 0xff below
    };

    [Theory]
    [MemberData(nameof(DamagedTexts))]
    public async Task A_reload_of_a_damaged_file_keeps_the_secret_with_sockets_of_the_service_manager(
        string text, string reason)
    {
        using var network = RouterNetwork.Create();
        DaemonOnRouter.Track(network, TrackedConnection.Flow);
        string file = WriteSecretFile("secret = 7");
        using RunningProgram program = await StartWithSocketAsync(network, file);
        byte[] bytes = Encoding.Latin1.GetBytes(text.Replace('\udc00', '\u00ff'));

        await File.WriteAllBytesAsync(file, bytes, Patience.Token()); // in place: the permissions stay
        program.Signal(PosixSignal.SIGHUP);

        await program.AwaitAsync(Refused);
        Assert.Contains(reason, program.Output, StringComparison.Ordinal);
        await AssertSecretIsNeededAsync(network, program);
    }

    [Theory]
    [InlineData("rm $0; mkfifo $0", "is a FIFO, not a regular file")]
    [InlineData("rm $0; mkdir $0", "is a folder, not a regular file")]
    [InlineData("rm $0", "Could not find file")]
    [InlineData("rm $0; ln -s /dev/zero $0", "is a device, not a regular file")]
    [InlineData("rm $0; ln -s $0 $0", "symbolic links")]
    [InlineData("head -c 2000000 /dev/zero | tr '\\0' '#' >$0", "is longer than")]
    public async Task A_reload_of_what_is_no_readable_file_keeps_the_secret(string change, string reason)
    {
        using var network = RouterNetwork.Create();
        DaemonOnRouter.Track(network, TrackedConnection.Flow);
        string file = WriteSecretFile("secret = 7");
        using RunningProgram program = await StartWithSocketAsync(network, file);

        Tool.Run("bash", "-c", change, file);
        program.Signal(PosixSignal.SIGHUP);

        await program.AwaitAsync(Refused);
        Assert.Contains(reason, program.Output, StringComparison.Ordinal);
        await AssertSecretIsNeededAsync(network, program);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n# nothing\n")]
    public async Task A_start_with_an_empty_file_opens_no_socket(string text)
    {
        using var network = RouterNetwork.Create();
        string file = daemon.NewPath();
        await File.WriteAllTextAsync(file, text, Patience.Token());

        using RunningProgram program = DaemonOnRouter.Begin(network, daemon, "-c", file, "-I", "194.0.1.1");

        Assert.Equal(2, await program.ExitAsync());
        Assert.Contains($"{file} contains no setting", program.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("allow = 194.0.22.9", "rate = 5", "The reload removed 'allow': every host may now send queries.")]
    [InlineData("allow = 194.0.22.9", "allow = 194.0.22.0/24", "widened 'allow': 194.0.22.0/24 may now send queries.")]
    [InlineData("ident = none", "trust = 10.1.1.1", "widened 'trust': 10.1.1.1 may now ask about all connections.")]
    [InlineData("secret = 7", "ident = none", "The reload removed the secret")]
    [InlineData("secret = 7", "secret = 0", "The reload removed the secret")]
    [InlineData("rate = 5", "rate = 0", "The reload raised 'rate' from 5 to 0, which is no limit.")]
    [InlineData("rate = 5", "ident = none", "The reload raised 'rate' from 5 to 10000 queries a second.")]
    [InlineData("max-delay = 0.5", "max-delay = 2", "The reload raised 'max-delay' from 0.5 to 2 seconds.")]
    public async Task A_reload_that_lifts_a_restriction_is_logged(string before, string after, string warning)
    {
        using var network = RouterNetwork.Create();
        string file = WriteSecretFile(before);
        using RunningProgram program = DaemonOnRouter.Begin(network, daemon, "-I", "194.0.1.1", "-c", file);
        await program.AwaitAsync("Listening on");

        await File.WriteAllTextAsync(file, $"{after}\n", Patience.Token());
        program.Signal(PosixSignal.SIGHUP);

        await program.AwaitAsync(warning);
    }

    [Theory]
    [InlineData(0, "allow = 194.0.22.9")]
    [InlineData(2, "address = router")]
    [InlineData(2, "allow 194.0.22.9")]
    [InlineData(2, "")]
    [InlineData(1, "secret-file = /nosuch")]
    [InlineData(0, "secret-file = /run/credentials/nosuch.service/secret")] // systemd hides it from ExecReload=
    public async Task The_check_before_a_reload_fails_if_the_reload_would_fail(int status, string text)
    {
        string file = daemon.NewPath();
        await File.WriteAllTextAsync(file, text, Patience.Token());

        using RunningProgram program = RunningProgram.Start(daemon.Program, "-c", file, "--check-reload");

        Assert.Equal(status, await program.ExitAsync());
        Assert.Equal(status == 0, program.Output.Trim().Length == 0);
    }

    /// <summary>Writes a file that only the owner can read, so that it may contain a secret.</summary>
    private string WriteSecretFile(string line)
    {
        string file = daemon.NewPath();
        File.WriteAllText(file, $"{line}\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return file;
    }

    /// <summary>Starts a daemon with an inherited socket, so that the file needs no address.</summary>
    private async Task<RunningProgram> StartWithSocketAsync(RouterNetwork network, string file)
    {
        string program = daemon.Program;
        int kept = network.Router.Run(() =>
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(System.Net.IPEndPoint.Parse("194.0.1.1:114"));
            return Descriptor.Duplicate(socket.SafeHandle);
        });
        try
        {
            string script =
                $"exec 3<&{kept}; exec {kept}<&-; export LISTEN_PID=$$ LISTEN_FDS=1; exec \"$0\" \"$@\"";
            RunningProgram running = network.Router.Run(
                () => RunningProgram.Start("bash", "-c", script, program, "-c", file));
            await running.AwaitAsync("Listening on UDP 194.0.1.1:114");
            return running;
        }
        finally
        {
            Descriptor.Close(kept);
        }
    }

    private static async Task AssertSecretIsNeededAsync(RouterNetwork network, RunningProgram program)
    {
        using Socket proxy = DaemonOnRouter.OpenProxySocket(network);
        await proxy.SendAsync(_query, Patience.Token());
        byte[] reply = await DaemonOnRouter.ExchangeAsync(proxy, TrackedConnection.Query(secret: 7));
        Assert.Equal(QueryDatagram.Size, reply.Length);
        Assert.Equal(0, proxy.Available);
        program.Signal((PosixSignal)10);
        await program.AwaitAsync("2 queries, 1 found, 0 not found, 0 failed look-ups, 1 refused");
    }
}
