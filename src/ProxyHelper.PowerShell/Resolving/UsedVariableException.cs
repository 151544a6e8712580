namespace ProxyHelper.PowerShell.Resolving;

/// <summary>The exception that is thrown when a script uses a variable that it cannot get.</summary>
/// <param name="expression">The expression, such as $using:router.</param>
/// <param name="message">The message.</param>
#pragma warning disable CA1032, CA1064 // only ResolverScript throws it, and the cmdlet catches it
internal sealed class UsedVariableException(string expression, string message) : Exception(message)
#pragma warning restore CA1032, CA1064
{
    /// <summary>Gets the expression.</summary>
    public string Expression { get; } = expression;
}
