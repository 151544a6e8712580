using System.Reflection;
using NetArchTest.Rules;
using ProxyHelper.Diagnosis;
using ProxyHelper.Server;
using Xunit;
using TestResult = NetArchTest.Rules.TestResult;

namespace ProxyHelper.Conventions;

/// <summary>Data flows one way: a folder uses only the folders that the table allows.</summary>
public sealed class DependencyTests
{
    private const string Root = "ProxyHelper.";

    /// <summary>Each folder of the core, and the folders that it may use.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Server"] =
        [
            "Access", "Lifetime", "Telemetry", "Sources", "Mappings", "Conntrack", "Protocol", "Netlink", "Linux",
            "Addresses",
        ],
        ["Relay"] = ["Access", "Lifetime", "Telemetry", "Protocol", "Netlink", "Linux", "Addresses"],
        ["Lifetime"] = ["Linux"],
        ["Access"] = ["Telemetry", "Conntrack", "Protocol", "Netlink", "Linux", "Addresses"],
        ["Telemetry"] = ["Conntrack", "Protocol", "Netlink", "Linux", "Addresses"],
        ["Client"] = ["Protocol", "Linux", "Addresses"],
        ["Sources"] = ["Tables", "Conntrack", "Mappings", "Linux", "Addresses"],
        ["Tables"] = ["Conntrack", "Mappings", "Addresses"],
        ["Conntrack"] = ["Mappings", "Netlink", "Linux", "Addresses"],
        ["Mappings"] = ["Addresses"],
        ["Protocol"] = ["Addresses"],
        ["Netlink"] = ["Linux", "Addresses"],
        ["Linux"] = ["Addresses"],
        ["Addresses"] = [],
    };

    private static readonly Assembly Core = typeof(Responder).Assembly;
    private static readonly Assembly Diagnosis = typeof(Inspection).Assembly;

    /// <summary>Gets the folders of the core.</summary>
    public static TheoryData<string> Folders => [.. Allowed.Keys];

    [Theory]
    [MemberData(nameof(Folders))]
    public void A_folder_of_the_core_uses_only_the_folders_that_the_table_allows(string folder)
    {
        string[] forbidden = [.. Allowed.Keys.Except([folder, .. Allowed[folder]]).Select(other => Root + other)];

        TestResult result = Types.InAssembly(Core).That().ResideInNamespace(Root + folder)
            .Should().NotHaveDependencyOnAny(forbidden).GetResult();

        Violations.AssertNone(Offenders(result));
    }

    [Fact]
    public void Each_namespace_of_the_core_is_in_the_table()
    {
        IEnumerable<string> folders = Core.GetTypes()
            .Select(type => type.Namespace)
            .Where(name => name is not null && name.StartsWith(Root, StringComparison.Ordinal))
            .Select(name => name!.Split('.')[1]);

        Assert.Equal(Allowed.Keys.Order(), folders.Distinct().Order());
    }

    [Theory]
    [InlineData("Saved", "Wire")]
    [InlineData("Wire", "Saved")]
    public void The_text_and_the_wire_form_of_entries_share_only_the_states(string room, string other)
    {
        TestResult result = Types.InAssembly(Core).That().ResideInNamespace($"{Root}Conntrack.{room}")
            .Should().NotHaveDependencyOnAny(WithoutStates(other)).GetResult();

        Violations.AssertNone(Offenders(result));
    }

    [Fact]
    public void The_core_and_the_diagnosis_do_not_know_their_callers()
    {
        string[] forbidden = [Root + "PowerShell", Root + "Daemon", "System.Management.Automation"];

        TestResult result = Types.InAssembly(Diagnosis).Should().NotHaveDependencyOnAny(forbidden).GetResult();

        Violations.AssertNone(Offenders(result));
        Assert.DoesNotContain(
            Core.GetReferencedAssemblies(), name => name.Name!.StartsWith(Root, StringComparison.Ordinal));
    }

    private static string[] WithoutStates(string room) =>
    [
        .. Core.GetTypes()
            .Where(type => type.Namespace == $"{Root}Conntrack.{room}" && type.Name != "KernelStates")
            .Select(type => type.FullName!),
    ];

    private static IEnumerable<string> Offenders(TestResult result) => result.FailingTypes
        .Select(type => $"{type.FullName}: {type.Explanation}");
}
