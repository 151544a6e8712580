using System.Diagnostics.CodeAnalysis;

namespace ProxyHelper.Fuzzing;

/// <summary>What must hold.</summary>
internal static class Invariant
{
    /// <summary>Throws if it does not.</summary>
    /// <param name="holds">Whether it does.</param>
    /// <param name="rule">What must hold, in words.</param>
    /// <exception cref="InvalidOperationException">It does not.</exception>
    public static void Holds([DoesNotReturnIf(false)] bool holds, string rule)
    {
        if (!holds)
        {
            throw new InvalidOperationException($"This must hold and does not: {rule}.");
        }
    }
}
