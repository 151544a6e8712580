using System.Management.Automation;

namespace ProxyHelper.PowerShell.Tests;

/// <summary>The secret gets in by several ways, and out by none.</summary>
public sealed class SecretTests : IDisposable
{
    private const string Secret = "3405691582"; // 0xcafebabe
    private const string Question = "Test-ProxyHelper 194.0.1.1 -Source 194.0.1.1:20119 -Destination 194.0.22.9:9199 -Retries 1 -TimeoutSeconds 30";
    private const string Secure = "$secure = [securestring]::new(); '3405691582'.ToCharArray().ForEach({ $secure.AppendChar($_) });";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("proxy-helper-");

    [Theory]
    [InlineData("-Secret 3405691582")]
    [InlineData("-Secret '3405691582'")]
    [InlineData("-Secret ([uint32]3405691582)")]
    [InlineData("-Secret $secure")]
    [InlineData("-SecretFile $file")]
    [InlineData("-SecretFile ./secret")]
    public void It_is_a_number_a_secure_string_or_in_a_file(string given) => ClassicRouter.Run(session =>
    {
        string file = Write(Secret, UnixFileMode.UserRead);
        session.Run($"{Secure} $file = $args[0]; $null = $ExecutionContext.SessionState.Path.SetLocation($args[1])", file, _folder.FullName);
        session.One($"Start-ProxyHelper 194.0.1.1 {given}");
        Assert.Equal("Found", session.One($"{Question} {given}").Outcome.ToString());
        Assert.Equal("Found", session.One($"{Question} -Secret {Secret}").Outcome.ToString());
    });

    [Theory]
    [InlineData("-Secret 0xcafebabez")]
    [InlineData("-Secret 3405691582x")]
    [InlineData("-Secret 34056915820")]
    [InlineData("-Secret -3405691582")]
    [InlineData("-Secret 3405691582.5")]
    [InlineData("-Secret $null")]
    [InlineData("-Secret @(3405691582, 3405691582)")]
    public void What_is_no_secret_is_refused_and_not_repeated(string given) => ClassicRouter.Run(session =>
    {
        foreach (string command in (string[])["Start-ProxyHelper 194.0.1.1", Question])
        {
            ErrorRecord error = session.Failure($"{command} {given}");
            Assert.Contains("The secret is a number from 0 to 4294967295", error.Exception.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("3405691582", error.Exception.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain("cafebabe", error.Exception.ToString(), StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("3405691582", $"{error} {error.TargetObject} {error.CategoryInfo}", StringComparison.Ordinal);
        }
    });

    [Fact]
    public void A_file_that_others_may_read_is_unsafe() => ClassicRouter.Run(session =>
    {
        string file = Write(Secret, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        ErrorRecord error = session.Failure("Start-ProxyHelper 194.0.1.1 -SecretFile $args[0]", file);
        ErrorShape.Check(error, "SecretFileUnsafe", "StartProxyHelper", ErrorCategory.SecurityError, $"chmod 600 {file}");
        Assert.Equal(file, error.TargetObject);
        Assert.Empty(session.Run("Get-Job"));
    });

    [Theory]
    [InlineData("")]
    [InlineData("secret 3405691582")]
    public void A_file_without_a_number_is_refused_and_not_repeated(string text) => ClassicRouter.Run(session =>
    {
        ErrorRecord error = session.Failure("Start-ProxyHelper 194.0.1.1 -SecretFile $args[0]", Write(text, UnixFileMode.UserRead));
        ErrorShape.Check(error, "SecretFileUnusable", "StartProxyHelper", ErrorCategory.ReadError, "umask 077");
        Assert.DoesNotContain(Secret, error.Exception.ToString(), StringComparison.Ordinal);
    });

    [Fact]
    public void A_file_that_is_not_there_is_told() => ClassicRouter.Run(session =>
    {
        ErrorRecord error = session.Failure($"{Question} -SecretFile /nowhere/secret");
        ErrorShape.Check(error, "SecretFileUnusable", "TestProxyHelper", ErrorCategory.ReadError, "umask 077");
        Assert.Contains("/nowhere/secret", error.Exception.Message, StringComparison.Ordinal);
    });

    [Fact]
    public void Given_twice_it_is_refused() => ClassicRouter.Run(session =>
    {
        ErrorRecord error = session.Failure("Start-ProxyHelper 194.0.1.1 -Secret 1 -SecretFile $args[0]", Write(Secret, UnixFileMode.UserRead));
        ErrorShape.Check(error, "SecretGivenTwice", "StartProxyHelper", ErrorCategory.InvalidArgument, "one of the two");
    });

    [Fact]
    public void A_running_responder_shows_it_nowhere() => ClassicRouter.Run(session =>
    {
        session.One($"Start-ProxyHelper 194.0.1.1 -Secret {Secret}");
        session.One($"{Question.Replace("30", "0.05", StringComparison.Ordinal)} -Secret 3405691581");
        const string everything = "Get-ProxyHelper | ForEach-Object { $_; $_.PSObject.Properties | ForEach-Object { \"$($_.Name)=$($_.Value)\" } }";
        string shown = session.Show($"{everything}; Get-Job; Receive-Job -Name ProxyHelper -Keep 3>&1; Stop-ProxyHelper ProxyHelper -PassThru");
        Assert.Contains("194.0.1.1:114", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("340569158", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("cafebab", shown, StringComparison.OrdinalIgnoreCase);
    });

    public void Dispose() => _folder.Delete(recursive: true);

    private string Write(string text, UnixFileMode mode)
    {
        string path = Path.Combine(_folder.FullName, "secret");
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, mode);
        return path;
    }
}
