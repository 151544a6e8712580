using System.Diagnostics.CodeAnalysis;

namespace ProxyHelper.Fuzzing;

/// <summary>Checks the rules of targets.</summary>
internal static class Invariant
{
    /// <summary>Checks a rule.</summary>
    /// <param name="holds">Whether the rule holds.</param>
    /// <param name="rule">The rule in words.</param>
    /// <exception cref="InvalidOperationException">Thrown when the rule does not hold.</exception>
    public static void Holds([DoesNotReturnIf(false)] bool holds, string rule)
    {
        if (!holds)
        {
            throw new InvalidOperationException($"This rule does not hold: {rule}.");
        }
    }
}
