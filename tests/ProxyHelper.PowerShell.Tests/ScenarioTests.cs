using ProxyHelper.TestSupport;

namespace ProxyHelper.PowerShell.Tests;

/// <summary>What a user does, from the one list that Pester runs as well.</summary>
public sealed class ScenarioTests
{
    private static readonly string _runner = Path.Combine(EngineSession.Root, "tests", "Scenarios", "Invoke-Scenario.ps1");

    public static TheoryData<string> OnAnyMachine => Named("Nothing");

    public static TheoryData<string> OnTheRouter => Named("Router");

    [Theory]
    [MemberData(nameof(OnAnyMachine))]
    public void A_user_on_any_machine(string scenario) => Run(scenario);

    [Theory]
    [MemberData(nameof(OnTheRouter))]
    public void A_user_on_the_router(string scenario)
    {
        Requirement.Tool("nft");
        NetworkNamespace.Run(() => Run(scenario));
    }

    private static void Run(string scenario)
    {
        using var session = new EngineSession();
        session.Run("& $args[0] -Name $args[1] -Module $args[2]", _runner, scenario, EngineSession.ManifestPath);
        Assert.Empty(session.Errors);
    }

    private static TheoryData<string> Named(string need)
    {
        using var session = new EngineSession();
        return [.. session.Run("& $args[0]", _runner).Where(scenario => (string)scenario.Properties["Needs"].Value == need).Select(scenario => (string)scenario.Properties["Name"].Value)];
    }
}
