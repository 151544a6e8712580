using System.Management.Automation;

namespace ProxyHelper.PowerShell.Tests;

/// <summary>How the parameters of Start-ProxyHelper are written.</summary>
public sealed class StartParameterTests : IDisposable
{
    private const string Question = "Test-ProxyHelper 194.0.1.1 -Source 194.0.1.1:20119 -Destination 194.0.22.9:9199 -TimeoutSeconds 10";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("proxy-helper-");

    [Theory]
    [InlineData("30")]
    [InlineData("'30'")]
    [InlineData("0.5e2")]
    [InlineData("0:0:30")]
    [InlineData("([timespan]::FromSeconds(30))")]
    public void A_queue_delay_is_a_time_or_seconds(string delay) => ClassicRouter.Run(session =>
    {
        session.One($"Start-ProxyHelper 194.0.1.1 -MaxQueueDelay {delay}"); // the engine alone takes 30 as 3 µs and '30' as 30 days
        Assert.Equal("Found", session.One(Question).Outcome.ToString());
    });

    [Theory]
    [InlineData("0")]
    [InlineData("61")]
    [InlineData("-1")]
    public void Seconds_that_cannot_be_are_the_errors_target(string seconds) => ClassicRouter.Run(session =>
    {
        ErrorRecord error = session.Failure($"Start-ProxyHelper 194.0.1.1 -MaxQueueDelay {seconds}");
        ErrorShape.Check(error, "InvalidResponderOption", "StartProxyHelper", ErrorCategory.InvalidArgument, "a delay such as 0:0:1");
        Assert.Equal(TimeSpan.FromSeconds(int.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture)), error.TargetObject);
    });

    [Fact]
    public void An_address_that_cannot_be_is_the_errors_target() => ClassicRouter.Run(session =>
        Assert.Equal("::1", session.Failure("Start-ProxyHelper 194.0.1.1, ::1").TargetObject.ToString()));

    [Fact]
    public void Who_may_ask_is_bound_by_name_alone() => ClassicRouter.Run(session =>
    {
        ErrorRecord error = session.Failure("Start-ProxyHelper 194.0.1.1 194.0.22.9"); // a forgotten comma opens nothing
        Assert.Equal("PositionalParameterNotFound,ProxyHelper.PowerShell.Commands.StartProxyHelperCommand", error.FullyQualifiedErrorId);
        Assert.Empty(session.Run("Get-Job"));
    });

    [Theory]
    [InlineData("194.0.22.9")]
    [InlineData("194.0.22.0/24", "10.0.0.0/8")]
    public void Text_from_a_configuration_says_who_may_ask(params string[] prefixes) => ClassicRouter.Run(session =>
    {
        session.One("$given = @{ BindAddress = '194.0.1.1'; AllowedProxy = $args; TrustedClient = $args }; Start-ProxyHelper @given", prefixes);
        Assert.Equal("Found", session.One(Question).Outcome.ToString());
    });

    [Fact]
    public void An_address_object_that_is_not_IPv4_is_refused() => ClassicRouter.Run(session =>
        Assert.Contains("::1 is not an IPv4 address", session.Failure("Start-ProxyHelper 194.0.1.1 -TrustedClient ([ipaddress]'::1')").Exception.Message, StringComparison.Ordinal));

    [Theory]
    [InlineData("~/secret")]
    [InlineData("./secret")]
    [InlineData("secret")]
    [InlineData("../here/secret")]
    public void A_secret_files_path_is_resolved_as_the_shell_does(string path) => ClassicRouter.Run(session =>
    {
        string here = Directory.CreateDirectory(Path.Combine(_folder.FullName, "here")).FullName;
        File.WriteAllText(Path.Combine(here, "secret"), "4711\n");
        File.SetUnixFileMode(Path.Combine(here, "secret"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        session.Run("$state = $ExecutionContext.SessionState; $state.Provider.GetOne('FileSystem').Home = $args[0]; $null = $state.Path.SetLocation($args[0])", here);
        session.One("Start-ProxyHelper 194.0.1.1 -SecretFile $args[0]", path);
        Assert.Equal("Found", session.One($"{Question} -SecretFile $args[0]", path).Outcome.ToString());
        Assert.Equal("Found", session.One($"{Question} -Secret 4711").Outcome.ToString());
    });

    [Theory]
    [InlineData("SecretFile", "SecretFileUnusable")]
    [InlineData("PidFile", "PidFileUnusable")]
    public void A_path_that_is_no_files_is_refused(string parameter, string id) => ClassicRouter.Run(session =>
    {
        ErrorRecord error = session.Failure($"Start-ProxyHelper 194.0.1.1 -{parameter} Variable:secret"); // not ./secret in the process's directory
        Assert.StartsWith($"{id},", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("'Variable:secret' is no file", error.Exception.Message, StringComparison.Ordinal);
        Assert.Empty(session.Run("Get-Job"));
    });

    public void Dispose() => _folder.Delete(recursive: true);
}
