namespace ProxyHelper.PowerShell.Tests;

/// <summary>What -Verbose tells: who is asked for what, and what came of it.</summary>
public sealed class VerboseTests
{
    [Theory]
    [InlineData("Get-NatMapping -Protocol Tcp -OriginalSource 10.1.1.1", "Asking the kernel for: IPv4, protocol Tcp, original source 10.1.1.1.")]
    [InlineData("Get-NatMapping -Protocol Tcp -OriginalDestination :25 -Zone 0", "Asking the kernel for: IPv4, protocol Tcp, original destination :25, zone 0; then IPv6, protocol Tcp, original destination :25, zone 0.")]
    [InlineData("Get-NatMapping -OriginalSource 10.1.0.0/16", "Asking the kernel for: IPv4.")] // prefixes are compared here
    [InlineData("Get-NatMapping -Mark 0x10/0xff -Status Assured", "Asking the kernel for: mark 0x10/0xff, status Assured.")]
    [InlineData("Get-NatMapping", "Mappings that fit: 2;")]
    [InlineData("Get-NatMapping -Source 194.0.1.1:20119 -Destination 194.0.22.9:9199", "Looking up Tcp 194.0.1.1:20119 -> 194.0.22.9:9199 in zone 0, by the translated ends.")]
    [InlineData("Measure-NatMapping", "Mappings counted: 3,")]
    [InlineData("Get-NatMapping | Remove-NatMapping -Confirm:$false", "Mappings removed: 2,")]
    [InlineData("Watch-NatMapping -TimeoutSeconds 0", "waiting for changes for 0 s; Ctrl+C ends it.")]
    [InlineData("Start-ProxyHelper 194.0.1.1 -AllowedProxy 194.0.22.9 -Secret 4711", "to 194.0.22.9 about connections to their own addresses; with a secret, at most 10000 queries a second")]
    [InlineData("Test-ProxyHelper -Source 194.0.1.1:20119 -Destination 194.0.22.9:9199", "Asking 194.0.1.1:114 about 194.0.1.1:20119 -> 194.0.22.9:9199, up to 3 times in 15.000 s, without a secret.")]
    [InlineData("Test-ProxyHelper -Source 194.0.1.1:20119 -Destination 194.0.22.9:9199", "Refused after 1 of 3 sends from 194.0.22.9.")]
    public void It_tells(string command, string words) => ClassicRouter.Run(session =>
    {
        string[] told = [.. session.Run($"$VerbosePreference = 'Continue'; & {{ {command} }} 4>&1 | ForEach-Object {{ if ($_ -is [System.Management.Automation.VerboseRecord]) {{ $_.Message }} }}").Select(line => line.ToString())];
        Assert.Contains(told, line => line.Contains(words, StringComparison.Ordinal));
        Assert.DoesNotContain(told, line => line.Contains("4711", StringComparison.Ordinal));
    });
}
