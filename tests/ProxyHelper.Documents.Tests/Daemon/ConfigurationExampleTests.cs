using System.Text.RegularExpressions;

namespace ProxyHelper.Documents.Daemon;

/// <summary>Tests that the daemon accepts each configuration file that a document shows.</summary>
public sealed partial class ConfigurationExampleTests
{
    // An example can show only the lines that differ from an example above it.
    private const string NeededByRelay = "to = 127.0.0.1:3128\nrouter = 194.0.1.1\n";
    private const string NeededByArguments = "resolver-command = conntrack\n";

    private static readonly string[] _tableSettings = ["#table"], _commandSettings = ["#resolver-command"];

    [Fact]
    public void The_configurations_of_the_documents_are_accepted() => Faults.AssertNone(
        from block in Document.AllBlocks
        where block.Language == "text" && Settings().IsMatch(block.Text)
        let fault = FindFault("proxy-helper", block.Text)
        where fault is not null
            && FindFault("relay", block.Text) is not null
            && FindFault("relay", block.Text + NeededByRelay) is not null
            && FindFault("proxy-helper", NeededByArguments + block.Text) is not null
        select block.Fault(fault));

    [Theory]
    [InlineData("proxy-helper.8", "proxy-helper", 1)]
    [InlineData("proxy-helper.conf.5", "proxy-helper", 3)]
    [InlineData("proxy-helper-relay.8", "relay", 1)]
    [InlineData("proxy-helper-relay.conf.5", "relay", 1)]
    public void The_configurations_of_the_manual_pages_are_accepted(string page, string command, int count)
    {
        string[] examples = [.. new ManualPage(page).Configurations];

        Assert.Equal(count, examples.Length);
        Faults.AssertNone(examples.Select(text => FindFault(command, text)).OfType<string>());
    }

    // The administrator removes the # of an example. A table and a command exclude each other.
    [Theory]
    [InlineData("proxy-helper.conf", "proxy-helper")]
    [InlineData("proxy-helper-relay.conf", "relay")]
    public void The_examples_in_the_files_of_the_package_are_accepted(string file, string command)
    {
        string text = File.ReadAllText(Path.Combine(Repository.Root, "src/ProxyHelper.Daemon/package", file));
        foreach (string[] excluded in (string[][])[_tableSettings, _commandSettings])
        {
            IEnumerable<string> lines = text.Split('\n')
                .Where(line => !excluded.Any(name => line.StartsWith(name, StringComparison.Ordinal)))
                .Select(line => Example().Replace(line, string.Empty));

            Assert.Null(FindFault(command, string.Join('\n', lines)));
        }
    }

    /// <summary>Returns what the daemon says about a configuration file, or null if it accepts the file.</summary>
    private static string? FindFault(string command, string text)
    {
        string path = Path.GetTempFileName(); // only this user can read the file, so it may hold a secret
        try
        {
            File.WriteAllText(path, text);
            string[] words = command == "relay" ? ["relay"] : [];
            (int status, string errors) = DaemonProgram.Run([.. words, "-c", path, "--check-reload"]);
            return status == 0 ? null : errors;
        }
        finally
        {
            File.Delete(path);
        }
    }

    // Every line is a setting or a comment.
    [GeneratedRegex(@"\A(#[^\n]*\n|[a-z-]+ = [^\n]*\n|\n)+\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Settings();

    [GeneratedRegex(@"\A#(?=[a-z-]+ = )")]
    private static partial Regex Example();
}
