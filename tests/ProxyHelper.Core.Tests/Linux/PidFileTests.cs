using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using CsCheck;
using ProxyHelper.Linux;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.Tests.Linux;

public sealed partial class PidFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    private string Path => System.IO.Path.Combine(_folder.FullName, "helper.pid");

    private string Other => System.IO.Path.Combine(_folder.FullName, "other");

    private static string Own => string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void The_file_contains_this_processs_number_until_it_is_disposed()
    {
        PidFile file = PidFile.Create(Path);
        Assert.Equal(Own, File.ReadAllText(Path));
        Assert.Single(_folder.GetFiles()); // no other file
        file.Dispose();
        Assert.Empty(_folder.GetFiles());
        file.Dispose();
    }

    [Theory]
    [InlineData("4194305\n")] // above PID_MAX_LIMIT: no process has this number
    [InlineData("4194305")]
    [InlineData("")]
    [Trait("Promise", "clean-start")]
    public void An_old_file_is_replaced(string content)
    {
        File.WriteAllText(Path, content);
        PidFile.Check(Path);
        Assert.Equal(content, File.ReadAllText(Path));
        using PidFile file = PidFile.Create(Path);
        Assert.Equal(Own, File.ReadAllText(Path));
    }

    [Fact]
    public void A_file_of_this_process_is_replaced()
    {
        File.WriteAllText(Path, Own);
        using PidFile file = PidFile.Create(Path);
        Assert.Equal(Own, File.ReadAllText(Path));
    }

    [Fact]
    public void A_file_of_another_daemon_that_runs_stays()
    {
        using var daemon = Process.Start("sleep", "600");
        try
        {
            File.WriteAllText(Path, string.Create(CultureInfo.InvariantCulture, $"{daemon.Id}\n"));
            AssertRefused(Path, $"names process {daemon.Id} (sleep), which is running");
        }
        finally
        {
            daemon.Kill();
        }
    }

    [Fact]
    [Trait("Promise", "clean-start")]
    public void A_file_whose_number_belongs_to_a_later_process_is_replaced()
    {
        File.WriteAllText(Path, "1\n");
        File.SetLastWriteTimeUtc(Path, DateTime.UnixEpoch); // process 1 was started after the file was written
        PidFile.Check(Path);
        using PidFile file = PidFile.Create(Path);
        Assert.Equal(Own, File.ReadAllText(Path));
    }

    [Fact]
    public void A_file_that_another_process_has_taken_over_is_not_removed()
    {
        using (PidFile file = PidFile.Create(Path))
        {
            File.WriteAllText(Path, "1\n");
        }

        Assert.Equal("1\n", File.ReadAllText(Path));
    }

    [Fact]
    public void A_file_that_replaced_the_written_one_is_not_removed()
    {
        using (PidFile file = PidFile.Create(Path))
        {
            File.Delete(Path);
            File.WriteAllText(Path, Own); // the same number in another file
        }

        Assert.Equal(Own, File.ReadAllText(Path));
    }

    [Theory]
    [InlineData("not a number")]
    [InlineData("-1")]
    [InlineData("0\n")]
    [InlineData(" 1\n")]
    [InlineData("1\n\n")]
    [InlineData("1\0")]
    [InlineData("12 34\n")]
    [InlineData("\n")]
    [InlineData("99999999999999999999")]
    [InlineData("address = 194.0.1.1\nallow = 194.0.22.9\n")]
    public void A_file_with_other_content_stays(string content)
    {
        File.WriteAllText(Path, content);
        AssertRefused(Path, "is not a PID file: it has other content");
    }

    [Fact]
    public void Random_content_stays_or_was_a_number() => Gen.OneOf(
        Gen.Byte.Array[0, 20], Gen.Char["0123456789\n -"].Array[0, 12].Select(text => Encoding.ASCII.GetBytes(text)))
        .Sample(
            content =>
            {
                File.WriteAllBytes(Path, content);
                File.SetLastWriteTimeUtc(Path, DateTime.UnixEpoch);
                try
                {
                    PidFile.Create(Path).Dispose();
                    File.WriteAllBytes(Path, []);
                    return PidPattern().IsMatch(Encoding.Latin1.GetString(content));
                }
                catch (IOException)
                {
                    return File.ReadAllBytes(Path).AsSpan().SequenceEqual(content);
                }
            },
            threads: 1);

    [Fact]
    public void A_symbolic_link_and_its_target_stay()
    {
        File.WriteAllText(Other, "4194305\n");
        File.CreateSymbolicLink(Path, Other);
        AssertRefused(Path, "is not a PID file: it is a symbolic link");
        Assert.Equal("4194305\n", File.ReadAllText(Other));
        Assert.Equal(Other, new FileInfo(Path).LinkTarget);
    }

    [Fact]
    public void A_symbolic_link_to_nothing_creates_nothing()
    {
        File.CreateSymbolicLink(Path, Other);
        AssertRefused(Path, "is not a PID file: it is a symbolic link");
        Assert.False(File.Exists(Other));
    }

    [Fact]
    public void A_file_with_a_second_name_stays()
    {
        File.WriteAllText(Other, "4194305\n");
        Tool.Run("ln", Other, Path);
        AssertRefused(Path, "is not a PID file: it is a file with several names");
        Assert.Equal("4194305\n", File.ReadAllText(Other));
    }

    [Fact]
    public void A_fifo_a_folder_and_a_device_are_refused_at_once()
    {
        Tool.Run("mkfifo", Path);
        AssertRefused(Path, "is not a PID file: it is a FIFO");
        File.Delete(Path);
        Directory.CreateDirectory(Path);
        AssertRefused(Path, "is not a PID file: it is a folder");
        AssertRefused("/dev/null", "is not a PID file: it is a device");
    }

    [Fact]
    public void A_file_of_another_user_stays()
    {
        Requirement.Root();
        File.WriteAllText(Path, "4194305\n");
        Tool.Run("chown", "65534", Path);
        AssertRefused(Path, "is not a PID file: another user owns it (UID 65534)");
    }

    [Fact]
    public void Two_helpers_in_one_process_cannot_share_a_file()
    {
        using PidFile first = PidFile.Create(Path);
        AssertRefused(Path, "is the PID file of another helper in this process");
        Assert.Equal(Own, File.ReadAllText(Path));
    }

    [Fact]
    public void A_missing_folder_is_an_error_and_leaves_nothing()
    {
        string path = System.IO.Path.Combine(_folder.FullName, "missing", "helper.pid");
        Assert.Throws<DirectoryNotFoundException>(() => PidFile.Check(path));
        Assert.Throws<DirectoryNotFoundException>(() => PidFile.Create(path));
        Assert.Empty(_folder.GetFileSystemInfos());
    }

    [Fact]
    public void A_path_with_a_nul_character_is_an_error()
    {
        Assert.ThrowsAny<Exception>(() => PidFile.Create($"{Path}\0x"));
        Assert.Empty(_folder.GetFileSystemInfos());
    }

    /// <summary>Asserts that neither the check nor the creation changes what is at a path.</summary>
    private static void AssertRefused(string path, string reason)
    {
        string before = Describe(path);
        foreach (Action attempt in (Action[])[() => PidFile.Check(path), () => PidFile.Create(path).Dispose()])
        {
            IOException failure = Assert.ThrowsAny<IOException>(attempt);
            Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
        }

        Assert.Equal(before, Describe(path));
    }

    private static string Describe(string path)
    {
        bool hasText = new FileInfo(path) is { Exists: true, LinkTarget: null, Length: > 0 };
        return Tool.Run("stat", "-c", "%F %i %s %Y %Z %U", path) + (hasText ? File.ReadAllText(path) : string.Empty);
    }

    [GeneratedRegex(@"\A([0-9]+\n?)?\z")]
    private static partial Regex PidPattern();
}
