using System.Management.Automation;

namespace ProxyHelper.PowerShell.Tests;

/// <summary>What scripts rely on in an error: its id with the cmdlet's class, its category, and that it says the next step.</summary>
internal static class ErrorShape
{
    public static void Check(ErrorRecord error, string id, string cmdlet, ErrorCategory category, string nextStep)
    {
        Assert.Equal($"{id},ProxyHelper.PowerShell.Commands.{cmdlet}Command", error.FullyQualifiedErrorId);
        Assert.Equal(category, error.CategoryInfo.Category);
        Assert.NotNull(error.TargetObject);
        Assert.Contains(nextStep, error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal(error.Exception.Message, error.ToString());
    }
}
