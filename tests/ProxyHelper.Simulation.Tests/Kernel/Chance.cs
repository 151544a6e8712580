namespace ProxyHelper.Simulation.Kernel;

/// <summary>
/// Makes all decisions of a run from one seed (SplitMix64). The same seed makes the same decisions on every machine and
/// every version of .NET.
/// </summary>
internal sealed class Chance(ulong seed)
{
    private const ulong Step = 0x9e3779b97f4a7c15;

    // Mixed, because otherwise the numbers of a seed would be those of the seed before, without the first one.
    private ulong _state = Mix(seed + Step);

    /// <summary>Returns a number from 0 up to, but not including, a limit.</summary>
    public int Below(int limit) => (int)(Next() % (ulong)limit);

    /// <summary>Returns a number in a range that includes both ends.</summary>
    public int Between(int least, int most) => least + Below(most - least + 1);

    /// <summary>Returns true once in a number of calls, on average; 0 is never.</summary>
    public bool OnceIn(int calls) => calls > 0 && Below(calls) == 0;

    /// <summary>Returns one of several values.</summary>
    public T Of<T>(params ReadOnlySpan<T> values) => values[Below(values.Length)];

    /// <summary>Puts values in another order.</summary>
    public void Shuffle<T>(Span<T> values)
    {
        for (int i = values.Length - 1; i > 0; i--)
        {
            int other = Below(i + 1);
            (values[i], values[other]) = (values[other], values[i]);
        }
    }

    private ulong Next()
    {
        _state += Step;
        return Mix(_state);
    }

    private static ulong Mix(ulong mixed)
    {
        mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
        return mixed ^ (mixed >> 31);
    }
}
