using System.Globalization;
using ProxyHelper.Linux;
using Xunit;

namespace ProxyHelper.Tests.Linux;

public sealed class PidFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    private string Path => System.IO.Path.Combine(_folder.FullName, "helper.pid");

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
    [InlineData("")]
    [InlineData("not a number")]
    [InlineData("-1")]
    [InlineData("99999999999999999999")]
    public void A_file_without_a_running_process_is_replaced(string content)
    {
        File.WriteAllText(Path, content);
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
    public void A_file_whose_number_belongs_to_another_program_is_replaced()
    {
        File.WriteAllText(Path, "1\n"); // runs, but holds no lock
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
    public void A_file_that_cannot_be_written_is_an_exception_and_leaves_nothing()
    {
        Assert.ThrowsAny<IOException>(
            () => PidFile.Create(System.IO.Path.Combine(_folder.FullName, "missing", "helper.pid")));
        Directory.CreateDirectory(Path);
        Assert.ThrowsAny<Exception>(() => PidFile.Create(Path)); // a folder has the name
        Assert.Empty(_folder.GetFiles());
    }
}
