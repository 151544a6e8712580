namespace ProxyHelper.EndToEnd.Pair;

/// <summary>
/// Represents the file system of a router of a pair, and a copy of the shipped variable file. The shipped install.sh
/// installs the shipped files below this folder.
/// </summary>
internal sealed class PairRouter : IDisposable
{
    private readonly string _work = Directory.CreateTempSubdirectory("proxy-helper-pair-").FullName;

    /// <summary>Copies the shipped variable file.</summary>
    public PairRouter()
    {
        PairRequirement.Check();
        Directory.CreateDirectory(Root);
        File.Copy(Path.Combine(Shipped, "pair.conf"), Variables);
    }

    /// <summary>Gets the folder of the shipped files.</summary>
    public static string Shipped { get; } = Path.Combine(Repository.Root, "docs", "ha");

    /// <summary>Gets the folder that stands for the file system of the router.</summary>
    public string Root => Path.Combine(_work, "root");

    /// <summary>Gets the variable file.</summary>
    public string Variables => Path.Combine(_work, "pair.conf");

    /// <summary>Gets a folder for programs that replace those of the machine. PATH starts with it.</summary>
    public string Programs => Path.Combine(_work, "programs");

    /// <summary>Returns the path of an installed file in <see cref="Root"/>.</summary>
    public string Installed(string path) => Root + path;

    /// <summary>Replaces the line of a variable, or removes the line.</summary>
    public void Set(string name, string? line)
    {
        string[] lines = File.ReadAllLines(Variables);
        int place = Array.FindIndex(lines, text => text.StartsWith($"{name}=", StringComparison.Ordinal));
        File.WriteAllLines(
            Variables, [.. lines[..place], .. (string[])(line is null ? [] : [line]), .. lines[(place + 1)..]]);
    }

    /// <summary>Adds a program that replaces one of the machine.</summary>
    public void Replace(string program, string script)
    {
        Directory.CreateDirectory(Programs);
        string path = Path.Combine(Programs, program);
        File.WriteAllText(path, $"#!/bin/bash\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    /// <summary>Runs install.sh for router a below <see cref="Root"/>.</summary>
    public Task<(int Status, string Output)> InstallAsync(params string[] options) =>
        RunAsync("bash", [Script, "--root", Root, "--router", "a", .. options, Variables]);

    /// <summary>Runs install.sh in a shell script, with "$@" as its command line.</summary>
    public Task<(int Status, string Output)> InstallInAsync(string script) =>
        RunAsync("bash", ["-c", script, "bash", "bash", Script, "--root", Root, "--router", "a", Variables]);

    /// <summary>Runs a program to its end, with <see cref="Programs"/> in front of PATH.</summary>
    public async Task<(int Status, string Output)> RunAsync(string program, params string[] arguments)
    {
        string path = $"PATH={Programs}:{Environment.GetEnvironmentVariable("PATH")}";
        using var running = RunningProgram.Start("env", [path, program, .. arguments]);
        int status = await running.ExitAsync();
        return (status, running.Output);
    }

    /// <summary>
    /// Runs a shell script in a network namespace with the interfaces of the pair, in which the installed files are in
    /// /etc, in addition to those of this machine. Changes of /etc and /run are gone at the end.
    /// </summary>
    public async Task<(int Status, string Output)> RunOnRouterAsync(string script) => await RunAsync(
        "unshare", "--net", "--mount", "bash", "-ec", $"""
        mount -t tmpfs tmpfs /run
        mkdir -p /run/changes /run/work {Root}/etc
        mount -t overlay -o lowerdir={Root}/etc:/etc,upperdir=/run/changes,workdir=/run/work overlay /etc
        for name in users proxies sync; do ip link add $name type veth; done
        {script}
        """);

    /// <summary>Returns the mode and the content of each file and each folder below <see cref="Root"/>.</summary>
    public string[] Snapshot() =>
    [
        .. Directory.EnumerateFileSystemEntries(Root, "*", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Select(path => $"{path} {File.GetUnixFileMode(path)} {(File.Exists(path) ? File.ReadAllText(path) : "")}"),
    ];

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_work, recursive: true);

    private static string Script => Path.Combine(Shipped, "install.sh");
}
