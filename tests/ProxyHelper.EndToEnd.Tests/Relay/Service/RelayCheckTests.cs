using Xunit;

namespace ProxyHelper.EndToEnd.Relay.Service;

/// <summary>Tests "proxy-helper relay --check".</summary>
public sealed class RelayCheckTests(PublishedDaemon daemon)
{
    [Fact]
    public async Task A_set_up_that_is_ready_passes()
    {
        using ServiceSite site = await ServiceSite.StartAsync(daemon);

        string output = await CheckAsync(
            site, 0, "--to", site.Target, "--allow-port", "80", "--max-connections", "100");

        Assert.DoesNotContain("Failed ", output, StringComparison.Ordinal);
        Assert.DoesNotContain("Warning ", output, StringComparison.Ordinal);
        Assert.Contains("194.0.22.9:9199 (TCP) can be bound.", output, StringComparison.Ordinal);
        Assert.Contains("A helper answers on 194.0.1.1:114", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_missing_part_is_named_with_an_action()
    {
        using ServiceSite site = await ServiceSite.StartAsync(daemon);

        string output = await CheckAsync(site, 1, "--to", "127.0.0.1:3128", "--port", "115");

        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] failed = [.. lines.Where(line => line.StartsWith("Failed ", StringComparison.Ordinal))];
        Assert.Equal(2, failed.Length);
        Assert.Contains("194.0.1.1:115", failed[0], StringComparison.Ordinal);
        Assert.Contains("127.0.0.1:3128", failed[1], StringComparison.Ordinal);
        Assert.All(failed, line => Assert.Contains(" => ", line, StringComparison.Ordinal));
        Assert.Contains("'allow-port' is missing", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_socket_that_only_root_and_a_group_may_use_is_a_warning()
    {
        using ServiceSite site = await ServiceSite.StartAsync(daemon);
        string path = site.Target["unix:".Length..];
        Assert.DoesNotContain(
            "Unix socket ", await CheckAsync(site, 0, "--to", site.Target), StringComparison.Ordinal);
        File.SetUnixFileMode(path, (UnixFileMode)0b110_110_000);

        string output = await CheckAsync(site, 0, "--to", site.Target);

        Assert.Contains($"Warning Unix socket             This check runs as root, but not every user may use {path}.",
            output, StringComparison.Ordinal);
        Assert.Contains("'SupplementaryGroups=GROUP'", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_file_that_cannot_be_used_leaves_the_secret_unchecked()
    {
        using ServiceSite site = await ServiceSite.StartAsync(daemon);

        string output = await CheckAsync(site, 1, "--to", site.Target, "--secret-file", "/nonexistent");

        Assert.Contains("Failed  Secret file", output, StringComparison.Ordinal);
        Assert.Contains("Skipped Secret  ", output, StringComparison.Ordinal);
        Assert.DoesNotContain("accepts the secret", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_credential_that_only_the_service_sees_is_no_failure()
    {
        using ServiceSite site = await ServiceSite.StartAsync(daemon);
        const string path = "/run/credentials/nosuch.service/secret";

        string output = await CheckAsync(site, 0, "--to", site.Target, "--secret-file", path);

        Assert.Contains($"Skipped Secret file             {path} is a credential", output, StringComparison.Ordinal);
        Assert.Contains("Skipped Secret  ", output, StringComparison.Ordinal);
    }

    private static async Task<string> CheckAsync(ServiceSite site, int status, params string[] arguments)
    {
        using RunningProgram check = site.Begin(
            ["--listen", "194.0.22.9:9199", "--router", "194.0.1.1", "--check", .. arguments]);
        Assert.Equal(status, await check.ExitAsync());
        return check.Output;
    }
}
