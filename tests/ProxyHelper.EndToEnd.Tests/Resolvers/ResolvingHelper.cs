using System.Text.Json;
using System.Text.RegularExpressions;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.EndToEnd.Resolvers;

/// <summary>Represents a shell on the machine with the helper, in which Start-ProxyHelper has a resolver.</summary>
internal sealed partial class ResolvingHelper : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("proxy-helper-resolver-");
    private readonly HelperBehindRouter _network;
    private RunningProgram? _program;

    public ResolvingHelper(HelperBehindRouter network)
    {
        _network = network;
        Tool.Run("mkfifo", EndPath);
    }

    private string EndPath => PathOf("end");

    /// <summary>Returns the path of a file for the shell.</summary>
    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    /// <summary>Starts the helper and waits until it listens.</summary>
    /// <param name="preparation">What the script does before.</param>
    /// <param name="source">The parameters that name the source.</param>
    /// <param name="environment">Variables of the environment, such as NAME=value.</param>
    public async Task StartAsync(string preparation, string source, params string[] environment)
    {
        string script = PathOf("helper.ps1");
        await File.WriteAllTextAsync(script, $$"""
            $ErrorActionPreference = 'Stop'
            Import-Module '{{Repository.Root}}/ProxyHelper.psd1'
            Set-Location '{{_folder.FullName}}'
            {{preparation}}
            $job = Start-ProxyHelper 10.1.1.253 -AllowedProxy 194.0.22.9 -FailoverGrace 0 {{source}}
            'The helper listens.'
            cat '{{EndPath}}'
            $counts = [ordered]@{}
            $job.PSObject.Properties | Where-Object Value -Is long | ForEach-Object { $counts[$_.Name] = $_.Value }
            "Counts: $($counts | ConvertTo-Json -Compress)"
            $job | Receive-Job 3>&1 | ForEach-Object { "Log: $_" }
            $job | Stop-ProxyHelper
            """);
        _program = _network.Helper.Run(() => RunningProgram.Start(
            "env", [.. environment, Shell.Program, .. Shell.Arguments(script)]));
        await _program.AwaitAsync("The helper listens.");
    }

    /// <summary>Saves the functions of docs/other-routers.md as the module that the page names.</summary>
    /// <returns>The path of the module.</returns>
    public string SaveFunctions()
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "other-routers.md"));
        string path = PathOf("Resolvers.psm1");
        File.WriteAllText(path, Assert.Single(Functions().Matches(page)).Groups["code"].Value);
        return path;
    }

    /// <summary>Gets what the helper has written.</summary>
    public string Output => _program?.Output ?? string.Empty;

    /// <summary>Ends the helper and returns its counts by name.</summary>
    public async Task<IReadOnlyDictionary<string, long>> EndAsync()
    {
        await File.WriteAllTextAsync(EndPath, "end\n", Patience.Token());
        Assert.True(await _program!.ExitAsync() == 0, _program.Output);
        string line = Assert.Single(
            _program.Output.Split('\n'), line => line.StartsWith("Counts: ", StringComparison.Ordinal));
        return JsonSerializer.Deserialize<Dictionary<string, long>>(line["Counts: ".Length..])!;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _program?.Dispose();
        _folder.Delete(recursive: true);
    }

    [GeneratedRegex("```powershell\n(?<code># Runs a command on a router, .*?)```", RegexOptions.Singleline)]
    private static partial Regex Functions();
}
