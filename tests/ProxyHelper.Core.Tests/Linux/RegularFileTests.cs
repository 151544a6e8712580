using ProxyHelper.Linux;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.Tests.Linux;

public sealed class RegularFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    private string Path => System.IO.Path.Combine(_folder.FullName, "file");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_file_is_read_also_through_a_symbolic_link()
    {
        File.WriteAllText($"{Path}.target", "text");
        File.CreateSymbolicLink(Path, $"{Path}.target");
        using var reader = new StreamReader(RegularFile.OpenRead(Path));
        Assert.Equal("text", reader.ReadToEnd());
    }

    [Fact]
    public void A_large_file_is_read_as_a_whole()
    {
        byte[] content = [.. Enumerable.Range(0, 100_000).Select(number => (byte)number)];
        File.WriteAllBytes(Path, content);
        using FileStream file = RegularFile.OpenRead(Path);
        byte[] read = new byte[content.Length];
        file.ReadExactly(read);
        Assert.Equal(content, read);
    }

    // The system call that opens a FIFO waits for a program that writes to it.
    [Theory]
    [InlineData("FIFO", "mkfifo", "{0}")]
    [InlineData("FIFO", "sh", "-c", "mkfifo {0}.target && ln -s {0}.target {0}")]
    [InlineData("folder", "mkdir", "{0}")]
    [InlineData("device", "ln", "-s", "/dev/zero", "{0}")]
    public void What_is_not_a_regular_file_is_refused_at_once(string kind, string tool, params string[] arguments)
    {
        Tool.Run(tool, [.. arguments.Select(argument => argument.Replace("{0}", Path, StringComparison.Ordinal))]);
        IOException failure = Assert.ThrowsAny<IOException>(() => RegularFile.OpenRead(Path));
        Assert.Equal($"{Path} is a {kind}, not a regular file.", failure.Message);
    }

    [Fact]
    public void A_missing_file_has_the_exceptions_of_dot_net()
    {
        Assert.Throws<FileNotFoundException>(() => RegularFile.OpenRead(Path));
        Assert.Throws<DirectoryNotFoundException>(() => RegularFile.OpenRead($"{Path}/none"));
    }

    [Fact]
    public void A_nul_character_does_not_end_the_path()
    {
        File.WriteAllText(Path, "text");
        Assert.ThrowsAny<IOException>(() => RegularFile.OpenRead($"{Path}\0.txt"));
    }
}
