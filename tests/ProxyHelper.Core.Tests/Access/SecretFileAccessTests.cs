using ProxyHelper.Access;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.Tests.Access;

/// <summary>
/// Tests who may have access to a secret file. Since systemd 254 a credential has the mode 0440 and an access list.
/// </summary>
[Trait("Promise", "hidden-secret")]
public sealed class SecretFileAccessTests : IDisposable
{
    private const string CredentialsVariable = "CREDENTIALS_DIRECTORY";
    private const uint Nobody = 65534;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("proxy-helper-");
    private readonly string _path;

    public SecretFileAccessTests()
    {
        _path = Path.Combine(_folder.FullName, "secret");
        File.WriteAllText(_path, "12345\n");
        Tool.Run("chmod", "600", _path);
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(CredentialsVariable, null);
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData("u:0:r")] // root can read every file
    [InlineData("u:0:r,m::r")]
    [InlineData("u:65534:---")]
    [InlineData("u:65534:rw,m::---")] // the mask leaves nothing
    [InlineData("g:65534:r,m::---")]
    [InlineData("u:65534:x")] // executing a file does not read it
    public void A_list_that_lets_nobody_else_in_is_accepted(string list)
    {
        SetList(list);
        Assert.Equal(12345u, SecretFile.Read(_path));
    }

    [Theory]
    [InlineData("u:65534:r", "the user with the number 65534")]
    [InlineData("u:65534:w", "the user with the number 65534")]
    [InlineData("u:65534:rwx,m::r", "the user with the number 65534")]
    [InlineData("u:0:r,u:65534:r", "the user with the number 65534")]
    [InlineData("g:65534:r", "the group with the number 65534")]
    [InlineData("g:0:r", "the group with the number 0")]
    [InlineData("u:65534:-,g::r", "other users")]
    [InlineData("u:65534:-,o::r", "other users")]
    public void A_list_that_lets_another_user_in_is_rejected(string list, string others)
    {
        SetList(list);
        SecretFileException failure = Assert.Throws<SecretFileException>(() => SecretFile.Read(_path));
        Assert.Equal($"The secret file {_path} is rejected: {others} can read or change it.", failure.Message);
        Assert.True(failure.IsUnsafe);
        Tool.Run("sh", "-c", SecretFile.RestrictionCommand(_path)); // the advice also closes the list
        Assert.Equal(12345u, SecretFile.Read(_path));
    }

    [Theory]
    [InlineData("/etc/proxy-helper.secret", "chmod 600 /etc/proxy-helper.secret")]
    [InlineData("my secret", "chmod 600 'my secret'")]
    [InlineData("it's; ls", @"chmod 600 'it'\''s; ls'")]
    [InlineData("-R", "chmod 600 -- -R")]
    public void The_advice_can_be_pasted_with_any_path(string path, string command) =>
        Assert.Equal(command, SecretFile.RestrictionCommand(path));

    [Theory]
    [InlineData("secret")]
    [InlineData("missing/folder/my secret")]
    [InlineData("it's; ls")]
    public void The_advice_for_a_missing_file_writes_a_file_that_only_its_owner_can_use(string name)
    {
        string path = Path.Combine(_folder.CreateSubdirectory("empty").FullName, name);

        Tool.Run("sh", "-c", $"echo 12345 | {SecretFile.CreationCommand(path)}");

        Assert.Equal(12345u, SecretFile.Read(path));
    }

    [Fact]
    public void The_user_that_the_process_becomes_may_read_the_file()
    {
        SetList($"u:{Nobody}:r");
        Assert.Equal(12345u, SecretFile.Read(_path, Nobody));
        Assert.Throws<SecretFileException>(() => SecretFile.Read(_path, Nobody - 1));
    }

    [Theory]
    [InlineData("440", "")] // without access lists, systemd gives the file to a group
    [InlineData("440", "u:65534:r,g::-")] // a DynamicUser of systemd 254
    [InlineData("400", "g:65534:r")]
    public void A_credential_of_the_service_manager_is_accepted(string mode, string list)
    {
        Tool.Run("chmod", mode, _path);
        SetList(list);
        Assert.Throws<SecretFileException>(() => SecretFile.Read(_path));
        Environment.SetEnvironmentVariable(CredentialsVariable, _folder.FullName);
        Assert.Equal(12345u, SecretFile.Read(_path));
    }

    [Theory]
    [InlineData("444")]
    [InlineData("460")]
    [InlineData("602")]
    public void A_credential_that_everybody_can_read_or_a_group_can_change_is_rejected(string mode)
    {
        Tool.Run("chmod", mode, _path);
        Environment.SetEnvironmentVariable(CredentialsVariable, _folder.FullName);
        Assert.Throws<SecretFileException>(() => SecretFile.Read(_path));
    }

    [Fact]
    public void A_link_in_the_credentials_that_leads_elsewhere_is_no_credential()
    {
        DirectoryInfo credentials = _folder.CreateSubdirectory("credentials");
        string link = Path.Combine(credentials.FullName, "secret");
        File.CreateSymbolicLink(link, _path);
        Tool.Run("chmod", "440", _path);
        Environment.SetEnvironmentVariable(CredentialsVariable, credentials.FullName);
        Assert.Throws<SecretFileException>(() => SecretFile.Read(link));
    }

    private void SetList(string list)
    {
        Requirement.Root();
        Requirement.Tool("setfacl");
        if (list.Length > 0)
        {
            Tool.Run("setfacl", list.Contains("m::", StringComparison.Ordinal) ? "-nm" : "-m", list, _path);
        }
    }
}
