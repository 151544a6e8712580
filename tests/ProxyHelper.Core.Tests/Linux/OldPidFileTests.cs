using ProxyHelper.Linux;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.Tests.Linux;

/// <summary>Tests files that look like old PID files.</summary>
public sealed class OldPidFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    private string Path => System.IO.Path.Combine(_folder.FullName, "helper.pid");

    private string Other => System.IO.Path.Combine(_folder.FullName, "other");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_number_that_not_all_users_can_read_stays()
    {
        File.WriteAllText(Path, "4194305\n");
        File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Assert.All((Action[])[() => PidFile.Check(Path), () => PidFile.Create(Path).Dispose()], attempt =>
        {
            IOException failure = Assert.ThrowsAny<IOException>(attempt);
            Assert.Contains("is not a PID file: not all users can read it", failure.Message, StringComparison.Ordinal);
            Assert.Equal("4194305\n", File.ReadAllText(Path));
        });
    }

    [Fact]
    public void The_umask_does_not_hide_the_number_from_other_users()
    {
        using PidFile file = PidFile.Create(Path);
        Assert.True(File.GetUnixFileMode(Path).HasFlag(UnixFileMode.OtherRead));
        Assert.Equal("644", Tool.Run("stat", "-c", "%a", Path).Trim());
    }

    [Theory]
    [InlineData("/proc/sys/net/core/somaxconn")]
    [InlineData("/proc/self/oom_score_adj")]
    [InlineData("/proc/helper.pid")]
    [InlineData("/sys/helper.pid")]
    public void A_setting_of_the_kernel_stays(string path)
    {
        string? before = File.Exists(path) ? File.ReadAllText(path) : null;
        Assert.All((Action[])[() => PidFile.Check(path), () => PidFile.Create(path).Dispose()], attempt =>
        {
            IOException failure = Assert.ThrowsAny<IOException>(attempt);
            Assert.Contains("its file system belongs to the kernel", failure.Message, StringComparison.Ordinal);
        });
        Assert.Equal(before, File.Exists(path) ? File.ReadAllText(path) : null);
    }

    [Fact]
    public void Links_lead_to_the_same_file_and_copies_do_not()
    {
        File.WriteAllText(Other, "1\n");
        string alias = System.IO.Path.Combine(_folder.FullName, "alias");
        Directory.CreateSymbolicLink(alias, _folder.FullName);
        Tool.Run("ln", Other, Path);

        Assert.True(PidFile.IsSameFile(System.IO.Path.Combine(alias, "other"), Other));
        Assert.True(PidFile.IsSameFile(Path, Other));
        Assert.True(PidFile.IsSameFile("/nowhere/./x", "/nowhere/x"));
        File.Delete(Path);
        File.WriteAllText(Path, "1\n");
        Assert.False(PidFile.IsSameFile(Path, Other));
        Assert.False(PidFile.IsSameFile("/nowhere/x", Other));
    }
}
