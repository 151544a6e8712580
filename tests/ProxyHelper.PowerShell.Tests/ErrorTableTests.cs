using System.Management.Automation;
using System.Reflection;

namespace ProxyHelper.PowerShell.Tests;

/// <summary>Every error is what the table says.</summary>
public sealed class ErrorTableTests
{
    public static TheoryData<string> Raised => [.. ErrorTable.Rows.Where(row => row.Script.Length > 0).Select(row => row.Id)];

    public static TheoryData<string> Made => [.. ErrorTable.Rows.Where(row => row.Script.Length == 0).Select(row => row.Id)];

    [Fact]
    public void The_table_has_every_error_of_the_module() => Assert.Equal(
        Makers().Select(maker => maker.Name).Order(StringComparer.Ordinal),
        ErrorTable.Rows.Select(row => row.Id).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Raised))]
    public void It_is_raised_with_its_id_category_target_and_next_step(string id) => ClassicRouter.Run(session =>
    {
        ExpectedError expected = ErrorTable.Rows.Single(row => row.Id == id);
        expected.Prepare(session);
        ErrorRecord error = session.Failure($"{expected.Script} -ErrorAction Stop");
        Assert.Equal(id, error.FullyQualifiedErrorId.Split(',')[0]); // the cmdlet's class follows
        Check(expected, error);
    });

    [Theory]
    [MemberData(nameof(Made))]
    public void What_nothing_raises_here_is_made_with_its_id_category_target_and_next_step(string id)
    {
        MethodInfo maker = Makers().Single(maker => maker.Name == id);
        object[] arguments = [.. maker.GetParameters().Select(parameter => parameter.ParameterType == typeof(string) ? "Get-NatMapping" : (object)new IOException("the cause"))];
        var error = (ErrorRecord)maker.Invoke(null, arguments)!;
        Assert.Equal(id, error.FullyQualifiedErrorId);
        Check(ErrorTable.Rows.Single(row => row.Id == id), error);
    }

    private static void Check(ExpectedError expected, ErrorRecord error)
    {
        Assert.Equal(expected.Category, error.CategoryInfo.Category);
        Assert.Contains(expected.Target, error.TargetObject.ToString(), StringComparison.Ordinal);
        Assert.Contains(expected.NextStep, error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal(error.Exception.Message, error.ToString());
    }

    private static IEnumerable<MethodInfo> Makers()
    {
        using var session = new EngineSession();
        Assembly module = session.One<CmdletInfo>("Get-Command Start-ProxyHelper").ImplementingType.Assembly;
        return module.GetType("ProxyHelper.PowerShell.Errors", throwOnError: true)!
            .GetMethods(BindingFlags.Static | BindingFlags.Public)
            .Where(method => method.Name != "From"); // which chooses one of the others
    }
}
