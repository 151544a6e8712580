using ProxyHelper.Access;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.Tests.Access;

[Trait("Promise", "hidden-secret")]
public sealed class SecretFileTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("proxy-helper-");

    [Theory]
    [InlineData("12345", UnixFileMode.UserRead | UnixFileMode.UserWrite, 12345)]
    [InlineData("12345\n", UnixFileMode.UserRead, 12345)]
    [InlineData(" 7 \r\n", UnixFileMode.UserRead, 7)]
    [InlineData("4294967295", UnixFileMode.UserRead, uint.MaxValue)]
    [InlineData("0", UnixFileMode.UserRead, 0)]
    public void A_file_that_only_its_owner_can_read_gives_the_secret(string text, UnixFileMode mode, uint secret) =>
        Assert.Equal(secret, SecretFile.Read(Write(text, mode)));

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void A_file_that_other_users_can_use_is_rejected(UnixFileMode others)
    {
        string path = Write("12345", UnixFileMode.UserRead | others);
        SecretFileException failure = Assert.Throws<SecretFileException>(() => SecretFile.Read(path));
        Assert.Equal((true, path), (failure.IsUnsafe, failure.Path));
        Assert.DoesNotContain("12345", failure.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("secret99")]
    [InlineData("-991")]
    [InlineData("0x991")]
    [InlineData("4294967296")]
    [InlineData("99 1")]
    [InlineData("+991")]
    [InlineData("991\0")]
    [InlineData("991\u00a0")]
    [InlineData("99\u0661")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000000991")]
    public void The_message_does_not_repeat_an_invalid_text(string text)
    {
        SecretFileException failure = Assert.Throws<SecretFileException>(
            () => SecretFile.Read(Write(text, UnixFileMode.UserRead)));
        Assert.False(failure.IsUnsafe);
        Assert.DoesNotContain(
            "99",
            failure.Message.Replace(failure.Path, string.Empty, StringComparison.Ordinal).Replace(
                "4294967295", string.Empty, StringComparison.Ordinal),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_a_folder_and_a_fifo_are_reported()
    {
        Assert.Throws<FileNotFoundException>(() => SecretFile.Read(Path.Combine(_directory.FullName, "none")));
        Assert.Contains(
            "is a folder, not a regular file",
            Assert.ThrowsAny<IOException>(() => SecretFile.Read(_directory.FullName)).Message,
            StringComparison.Ordinal);
        string fifo = Path.Combine(_directory.FullName, "fifo");
        Tool.Run("mkfifo", "-m", "600", fifo);
        Assert.Contains(
            "is a FIFO, not a regular file",
            Assert.ThrowsAny<IOException>(() => SecretFile.Read(fifo)).Message,
            StringComparison.Ordinal);
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private string Write(string text, UnixFileMode mode)
    {
        string path = Path.Combine(_directory.FullName, "secret");
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, mode);
        return path;
    }
}
