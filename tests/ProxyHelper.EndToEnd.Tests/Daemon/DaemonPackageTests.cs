using System.Text.RegularExpressions;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.EndToEnd.Daemon;

/// <summary>
/// Tests the Debian package. The package is installed into a folder that stands for a machine, so that the packages of
/// this machine stay as they are.
/// </summary>
public sealed partial class DaemonPackageTests(PublishedDaemon daemon, SharedDebianPackage shared)
    : IClassFixture<SharedDebianPackage>, IDisposable
{
    private const string Documents = "/usr/share/doc/proxy-helper/";

    private static readonly string[] _files =
    [
        "-rw-r--r-- root/root /etc/proxy-helper-relay.conf",
        "-rw-r--r-- root/root /etc/proxy-helper.conf",
        "-rw-r--r-- root/root /usr/lib/systemd/system/proxy-helper-relay.service",
        "-rw-r--r-- root/root /usr/lib/systemd/system/proxy-helper-relay.socket",
        "-rw-r--r-- root/root /usr/lib/systemd/system/proxy-helper.service",
        "-rw-r--r-- root/root /usr/lib/systemd/system/proxy-helper.socket",
        "-rwxr-xr-x root/root /usr/sbin/proxy-helper",
        "-rw-r--r-- root/root /usr/share/bash-completion/completions/proxy-helper",
        "-rw-r--r-- root/root /usr/share/fish/vendor_completions.d/proxy-helper.fish",
        "-rw-r--r-- root/root /usr/share/lintian/overrides/proxy-helper",
        "-rw-r--r-- root/root /usr/share/man/man5/proxy-helper-relay.conf.5.gz",
        "-rw-r--r-- root/root /usr/share/man/man5/proxy-helper.conf.5.gz",
        "-rw-r--r-- root/root /usr/share/man/man8/proxy-helper-relay.8.gz",
        "-rw-r--r-- root/root /usr/share/man/man8/proxy-helper.8.gz",
        "-rw-r--r-- root/root /usr/share/zsh/vendor-completions/_proxy-helper",
    ];

    private readonly string _work = Directory.CreateTempSubdirectory("proxy-helper-package-").FullName;

    private DebianPackage Package => shared.Of(daemon.Program);

    private string Machine => Path.Combine(_work, "machine");

    public void Dispose() => Directory.Delete(_work, recursive: true);

    [Fact]
    public void The_package_contains_these_files_and_root_owns_them()
    {
        DebianPackage package = Package;
        string[] files = package.ListFiles();
        string[] documents = [.. files.Where(file => file.Contains(Documents, StringComparison.Ordinal))];
        string[] scripts = [.. documents.Where(file => file.StartsWith("-rwx", StringComparison.Ordinal))];

        Assert.Equal(_files, files.Except(documents));
        Assert.Superset(
            new HashSet<string>(["README.md", "changelog.gz", "copyright", "relay/mitmproxy_helper.py"]),
            documents.Select(file => file[(file.IndexOf(Documents, StringComparison.Ordinal) + Documents.Length)..])
                .ToHashSet());
        Assert.Equal(
            [$"-rwxr-xr-x root/root {Documents}ha/install.sh", $"-rwxr-xr-x root/root {Documents}ha/primary-backup.sh"],
            scripts);
        Assert.All(
            documents.Except(scripts),
            file => Assert.StartsWith("-rw-r--r-- root/root /", file, StringComparison.Ordinal));
        Assert.All(package.ListFolders(), folder => Assert.Equal("drwxr-xr-x root/root", folder));
    }

    [Fact]
    public void The_package_has_the_version_of_the_program_and_depends_on_its_libraries()
    {
        Requirement.Tool("dpkg-shlibdeps");
        DebianPackage package = Package;
        Directory.CreateDirectory($"{_work}/debian");
        File.WriteAllText(
            $"{_work}/debian/control", "Source: proxy-helper\n\nPackage: proxy-helper\nArchitecture: any\n");
        string dependencies = Tool.Run("env", "-C", _work, "dpkg-shlibdeps", "-O", daemon.Program).Trim();

        Assert.Equal(dependencies, $"shlibs:Depends={package.ReadField("Depends")}");
        Assert.Equal(Tool.Run(daemon.Program, "--version").Trim(), $"proxy-helper {package.ReadField("Version")}");
    }

    [Fact]
    public void Lintian_accepts_the_package()
    {
        Requirement.Tool("lintian");

        Tool.Run("lintian", "--allow-root", "--fail-on", "error,warning", Package.Path);
    }

    // Mail to such an address reaches a stranger, or nobody without a notice.
    [Fact]
    public void No_file_has_an_address_of_the_example_domains()
    {
        DebianPackage package = Package;
        package.Extract(Machine);

        Assert.EndsWith(".invalid>", package.ReadField("Maintainer"), StringComparison.Ordinal);
        string changelog = Tool.Run("zcat", $"{Machine}{Documents}changelog.gz");
        Assert.Contains($" -- {package.ReadField("Maintainer")}  ", changelog, StringComparison.Ordinal);
        Assert.DoesNotContain(
            Directory.GetFiles(Machine, "*", SearchOption.AllDirectories),
            file => ExampleDomain().IsMatch(File.ReadAllText(file)));
    }

    [Fact]
    public void A_second_build_gives_the_same_bytes()
    {
        // Without PROXY_HELPER, each build compiles the program in a new folder.
        string program = Environment.GetEnvironmentVariable("PROXY_HELPER") ?? string.Empty;
        string first = DebianPackage.Make($"{_work}/first", program).Path;
        string second = DebianPackage.Make($"{_work}/second", program).Path;

        Assert.Equal(File.ReadAllBytes(first), File.ReadAllBytes(second));
    }

    [Fact]
    public async Task The_installed_daemon_answers_and_purging_leaves_no_file()
    {
        Requirement.Tool("systemctl");
        Install(Package.Path);
        string[] installed = Files();
        Assert.Contains("/usr/sbin/proxy-helper", installed);
        // The package enables no unit.
        Assert.DoesNotContain(installed, file => file.StartsWith("/etc/systemd/", StringComparison.Ordinal));
        Assert.Empty(Dpkg("--verify", "proxy-helper"));
        string program = $"{Machine}/usr/sbin/proxy-helper";
        byte[] tested = await File.ReadAllBytesAsync(daemon.Program, Patience.Token());
        Assert.Equal(tested, await File.ReadAllBytesAsync(program, Patience.Token()));
        await AssertAnswersAsync(program);
        string[] units =
            ["proxy-helper.service", "proxy-helper.socket", "proxy-helper-relay.service", "proxy-helper-relay.socket"];
        Tool.Run("systemctl", [$"--root={Machine}", "--quiet", "enable", .. units]);
        Assert.Equal(units.Length, Files().Except(installed).Count()); // the links that start the daemon at boot

        Dpkg("--remove", "proxy-helper");
        Assert.Equal(["/etc/proxy-helper-relay.conf", "/etc/proxy-helper.conf"], Files()); // the administrator's
        Dpkg("--purge", "proxy-helper");
        Assert.Empty(Files());
        Assert.False(Directory.Exists($"{Machine}/usr"));
    }

    [Fact]
    public void An_upgrade_keeps_the_configuration_and_the_enabled_units()
    {
        Requirement.Tool("systemctl");
        string package = Package.Path;
        Install(package);
        File.WriteAllText($"{Machine}/etc/proxy-helper.conf", "address = 194.0.1.1\n");
        Tool.Run("systemctl", $"--root={Machine}", "--quiet", "enable", "proxy-helper.service");
        string[] before = Files();

        Dpkg("--install", package);

        Assert.Equal(before, Files());
        Assert.Equal("address = 194.0.1.1\n", File.ReadAllText($"{Machine}/etc/proxy-helper.conf"));
    }

    private async Task AssertAnswersAsync(string program)
    {
        using var network = RouterNetwork.Create();
        DaemonOnRouter.Track(network, TrackedConnection.Flow);
        string configuration = $"{Machine}/etc/proxy-helper.conf";
        using RunningProgram running = network.Router.Run(
            () => RunningProgram.Start(program, "-c", configuration, "-I", "194.0.1.1"));
        await running.AwaitAsync("Listening on UDP 194.0.1.1:114");
        await DaemonOnRouter.AssertAnswersAsync(network);
    }

    private void Install(string package)
    {
        Directory.CreateDirectory($"{Machine}/var/lib/dpkg/updates");
        Directory.CreateDirectory($"{Machine}/var/lib/dpkg/info");
        File.WriteAllText($"{Machine}/var/lib/dpkg/status", string.Empty);
        Dpkg("--install", package);
    }

    // The machine has neither a C library nor a shell. The shell of this machine runs the scripts, with DPKG_ROOT set.
    private string Dpkg(params string[] arguments) => Tool.Run(
        "dpkg",
        [
            $"--root={Machine}", "--force-depends", "--force-confold", "--force-script-chrootless", "--force-not-root",
            .. arguments,
        ]);

    private string[] Files() => [.. Directory.GetFiles(Machine, "*", SearchOption.AllDirectories)
        .Select(file => file[Machine.Length..])
        .Where(file => !file.StartsWith("/var/", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal)];

    [GeneratedRegex(@"\bexample\.(org|com|net)\b")]
    private static partial Regex ExampleDomain();
}
