using System.Text.RegularExpressions;

namespace ProxyHelper.Documents;

/// <summary>Tests what documents have for a shell, for nft and iptables, for systemd and for smtp-gated.</summary>
public sealed partial class ShellTests
{
    private static readonly string[] _languages =
        ["conf", "console", "csharp", "haproxy", "ini", "nft", "nginx", "powershell", "sh", "squid", "text"];

    // The keys in smtp-gated.conf that matter for a helper.
    private static readonly string[] _settings =
        ["bind_address", "max_per_host", "max_per_ident", "mode", "outgoing_addr", "port", "remote_port",
            "remote_udp_retries", "remote_udp_secret", "timeout_lookup"];

    private static readonly string[] _unitSettings =
    [
        "After", "AmbientCapabilities", "CapabilityBoundingSet", "Description", "DynamicUser", "ExecStart", "Group",
            "LoadCredential", "LockPersonality",
        "MemoryDenyWriteExecute", "NoNewPrivileges", "PrivateDevices", "PrivateTmp", "ProtectControlGroups",
            "ProtectHome", "ProtectKernelModules", "ProtectSystem",
        "Restart", "RestartSec", "RestrictAddressFamilies", "RestrictNamespaces", "RuntimeDirectory", "User",
            "WantedBy", "Wants",
    ];

    /// <summary>Gets the places of the code blocks with rules.</summary>
    public static TheoryData<string> Rules => [.. Document.AllBlocks.Where(IsRules).Select(block => block.ToString())];

    [Fact]
    public void Every_block_has_a_language_that_is_tried() => Faults.AssertNone(
        Document.AllBlocks.Where(block => !_languages.Contains(block.Language))
            .Select(block => block.Fault($"language '{block.Language}'")));

    [Fact]
    public void What_is_only_shown_has_no_commands() => Faults.AssertNone(
        from block in Document.AllBlocks
        where block.Language == "text" && CommandLines().IsMatch(block.Text)
        select block.Fault("commands need a language"));

    [Fact]
    public void Every_script_is_right_for_the_shell_and_runs_what_there_is() => Faults.AssertNone(
        from document in Document.WithCommands
        from block in document.Blocks
        where block.Language == "sh" && Tool.Run("bash", "-n", "-c", block.Text).Length == 0
        from fault in ShellScript.Faults(block.Text, document)
        select block.Fault(fault));

    [Theory]
    [MemberData(nameof(Rules))]
    public void Rules_are_taken_by_the_kernel(string place)
    {
        Passage block = Document.AllBlocks.Single(block => block.ToString() == place);
        NetworkNamespace.Run(() =>
        {
            string tool = block.Language == "nft" ? "nft" : "iptables";
            Requirement.Tool(tool);
            _ = tool == "nft" ? Tool.Run("nft", block.Text)
                : Tool.Run("sh", "-e", "-c", $"PATH=$PATH:/usr/sbin:/sbin\n{block.Text}");
        });
    }

    [Fact]
    public void The_daemon_has_every_option_that_is_named()
    {
        HashSet<string> helper = [.. DaemonOptions.Read()], relay = [.. DaemonOptions.Read("relay")];
        IEnumerable<Passage> calls =
        [
            .. Document.AllInlineCode.Where(code => DaemonCall().IsMatch(code.Text) || IsOptionAlone(code)),
            .. from block in Document.AllBlocks
               where block.Language is "sh" or "ini"
               from line in block.Text.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n')
               where DaemonCall().IsMatch(line)
               select block with { Text = line[DaemonCall().Match(line).Index..] },
        ];

        Faults.AssertNone(
            from call in calls
            from Match option in Options().Matches(call.Text)
            where DaemonCall().Match(call.Text) is { Success: true } match
                ? !(match.Groups["relay"].Success ? relay : helper).Contains(option.Value)
                : !helper.Contains(option.Value) && !relay.Contains(option.Value)
            select call.Fault($"the command has no option {option.Value}"));
    }

    [Fact]
    public void Settings_of_units_and_of_smtp_gated_are_known() => Faults.AssertNone(
        from block in Document.AllBlocks
        where block.Language is "ini" or "conf"
        from line in block.Text.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n')
        where line.Length > 0 && line[0] is not ('#' or '[')
        let key = line.Split([' ', '='], 2)[0]
        where !(block.Language == "ini" ? _unitSettings : _settings).Contains(key)
        select block.Fault($"what is {key}?"));

    // The documents of the tests name options of the test programs, too.
    private static bool IsOptionAlone(Passage code) =>
        code.Text.StartsWith("--", StringComparison.Ordinal)
            && !code.Document.StartsWith("tests/", StringComparison.Ordinal);

    private static bool IsRules(Passage block) =>
        block.Language == "nft"
            || (block.Language == "sh"
            && ShellScript.Commands(block.Text)
            .All(command => command.StartsWith("iptables ", StringComparison.Ordinal)));

    [GeneratedRegex(@"^(PS> |\$ |sudo |(Get|Start|Stop|Test|Watch|Measure|Remove)-\w)", RegexOptions.Multiline)]
    private static partial Regex CommandLines();

    // Matches a command, also behind another command or in a unit, but not an argument of another program.
    [GeneratedRegex(@"(^|(?<=\s)|(?<=ExecStart=\S*/))proxy-helper (?<relay>relay )?-")]
    private static partial Regex DaemonCall();

    [GeneratedRegex(@"(?<=^|[\s[|(])--?[A-Za-z][a-z-]*")]
    private static partial Regex Options();
}
