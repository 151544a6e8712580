using Xunit;

namespace ProxyHelper.EndToEnd.Pair;

/// <summary>Tests that install.sh of a pair of routers installs all files or none.</summary>
public sealed class PairInstallationFaultTests : IDisposable
{
    private readonly PairRouter _router = new();

    public void Dispose() => _router.Dispose();

    [Theory]
    [InlineData("mv", "exit 1")]
    [InlineData("mv", "/bin/mv \"$@\"; kill -INT $PPID")]
    [InlineData("cp", "exit 1")]
    [InlineData("mkdir", "exit 1")]
    public async Task A_failure_at_any_step_takes_everything_back(string program, string failure)
    {
        Directory.CreateDirectory(_router.Installed("/etc/conntrackd"));
        File.WriteAllText(_router.Installed("/etc/conntrackd/conntrackd.conf"), "Stats { }\n");
        string[] before = _router.Snapshot();
        foreach (string check in (string[])["unshare", "conntrackd"]) // checks of the new files, which are slow
        {
            _router.Replace(check, "exit 0");
        }

        string count = Path.Combine(Path.GetDirectoryName(_router.Variables)!, "count");
        int step = 0, status = 1;
        while (status != 0)
        {
            step++;
            File.WriteAllText(count, $"{step}");
            _router.Replace(program, $$"""
                left=$(($(<{{count}}) - 1))
                echo $left >{{count}}
                ((left)) || { {{failure}}; exit; }
                exec /bin/{{program}} "$@"
                """);
            (status, string output) = await _router.InstallAsync();
            if (status != 0)
            {
                Assert.Equal(before, _router.Snapshot());
                Assert.DoesNotContain("wrote", output, StringComparison.Ordinal);
            }
        }

        Assert.InRange(step, 5, 50);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_takes_everything_back()
    {
        Directory.CreateDirectory(_router.Installed("/etc/systemd/system"));
        string[] before = _router.Snapshot();

        (int status, string output) = await _router.InstallInAsync(
            $"unshare --mount bash -c 'mount -t tmpfs -o ro tmpfs {_router.Root}/etc/systemd/system && \"$@\"' \"$@\"");

        Assert.Equal(1, status);
        Assert.Contains("All files are as they were.", output, StringComparison.Ordinal);
        Assert.Equal(before, _router.Snapshot());
    }

    [Theory]
    [InlineData("/etc/keepalived/keepalived.conf")]
    [InlineData("/etc/proxy-helper-pair/installed")]
    public async Task A_folder_with_the_name_of_a_file_is_named(string path)
    {
        Directory.CreateDirectory(_router.Installed(path));
        string[] before = _router.Snapshot();

        (int status, string output) = await _router.InstallAsync();

        Assert.Equal(1, status);
        Assert.Contains($"{path} is not a regular file. Move it away.", output, StringComparison.Ordinal);
        Assert.Equal(before, _router.Snapshot());
    }

    [Fact]
    public async Task A_file_with_the_name_of_a_folder_is_named()
    {
        Directory.CreateDirectory(_router.Installed("/etc"));
        File.WriteAllText(_router.Installed("/etc/systemd"), "a file");
        string[] before = _router.Snapshot();

        (int status, string output) = await _router.InstallAsync();

        Assert.Equal(1, status);
        Assert.Contains("/etc/systemd is not a folder", output, StringComparison.Ordinal);
        Assert.Equal(before, _router.Snapshot());
    }

    [Theory]
    [InlineData("nft")]
    [InlineData("keepalived")]
    public async Task A_file_that_its_program_refuses_is_not_installed(string program)
    {
        _router.Replace(program, "echo line 7 is wrong; exit 1");

        (int status, string output) = await _router.InstallAsync();

        Assert.Equal(1, status);
        Assert.Contains($"{program} does not accept its file: line 7 is wrong", output, StringComparison.Ordinal);
        Assert.Empty(_router.Snapshot());
    }

    [Fact]
    public async Task A_second_installation_at_the_same_time_is_refused()
    {
        using var other = RunningProgram.Start("flock", _router.Root, "bash", "-c", "echo locked; exec sleep 60");
        await other.AwaitAsync("locked");

        (int status, string output) = await _router.InstallAsync();

        Assert.Equal(1, status);
        Assert.Contains($"another install.sh installs below {_router.Root}", output, StringComparison.Ordinal);
    }
}
