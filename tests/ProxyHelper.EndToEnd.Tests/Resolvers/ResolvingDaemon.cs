using Xunit;

namespace ProxyHelper.EndToEnd.Resolvers;

/// <summary>
/// Represents the daemon on the machine with the helper. Its settings are lines of docs/other-routers.md, with files of
/// a folder of the test.
/// </summary>
internal sealed class ResolvingDaemon : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("proxy-helper-resolver-");
    private RunningProgram? _program;

    /// <summary>Gets the lines that the page writes into files, below a heading.</summary>
    /// <param name="heading">The heading.</param>
    /// <param name="beginnings">How the lines begin.</param>
    public static string[] ReadLines(string heading, params string[] beginnings)
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "other-routers.md"));
        string section = Assert.Single(
            page.Split("\n### "), text => text.StartsWith($"{heading}\n", StringComparison.Ordinal));
        return
        [
            .. section.Split('\n').Select(line => line.Trim())
                .Where(line => beginnings.Any(words => line.StartsWith(words, StringComparison.Ordinal))),
        ];
    }

    /// <summary>Returns the path of a file, also of a credential of the service.</summary>
    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    /// <summary>Writes lines of the page to a file.</summary>
    public void Write(string name, IEnumerable<string> lines) =>
        File.WriteAllLines(PathOf(name), lines.Select(Localize));

    /// <summary>Writes a program that the daemon finds before others of this name.</summary>
    public void WriteProgram(string name, string script)
    {
        File.WriteAllText(PathOf(name), $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(PathOf(name), UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    /// <summary>
    /// Starts the daemon and waits until it listens. The time limit is longer than the default, because the machine may
    /// be slow.
    /// </summary>
    public async Task StartAsync(HelperBehindRouter network, PublishedDaemon daemon, IEnumerable<string> settings)
    {
        Write("configuration", [.. settings, "max-delay = 20", "failover-grace = 0"]);
        string program = daemon.Program, path = Environment.GetEnvironmentVariable("PATH") ?? string.Empty;
        _program = network.Helper.Run(() => RunningProgram.Start(
            "env", $"PATH={_folder.FullName}:{path}", $"CURL_CA_BUNDLE={PathOf("authority.pem")}", program, "-c",
            PathOf("configuration")));
        await _program.AwaitAsync("Listening on UDP 10.1.1.253:114");
    }

    /// <summary>Gets the log of the daemon.</summary>
    public string Log => _program?.Output ?? string.Empty;

    /// <inheritdoc/>
    public void Dispose()
    {
        _program?.Dispose();
        _folder.Delete(recursive: true);
    }

    private string Localize(string line) => line
        .Replace("/run/credentials/proxy-helper.service/", $"{_folder.FullName}/", StringComparison.Ordinal)
        .Replace("/run/proxy-helper/", $"{_folder.FullName}/", StringComparison.Ordinal)
        .Replace("router.example", "194.0.1.1", StringComparison.Ordinal);
}
