using ProxyHelper.Mappings;

namespace ProxyHelper.PowerShell;

/// <summary>Makes the text of values in the views of mappings.</summary>
public static class MappingText
{
    /// <summary>
    /// Returns the state, and below it the part of the connection that the row is, if it is not a whole connection. If
    /// both ends have the same state, the state is written once.
    /// </summary>
    public static string StateAndPart(string? state, MappingPart part)
    {
        string[] lines = [.. StateLines(state), .. PartLines(part)];
        return string.Join(Environment.NewLine, lines);
    }

    private static string[] StateLines(string? state) => state?.Split(':') switch
    {
        null or [""] => [],
        [var one, var other] when one == other => [one],
        [var one, var other] => [one, $":{other}"],
        _ => [state],
    };

    private static string[] PartLines(MappingPart part) => part switch
    {
        MappingPart.InState => ["in-state"],
        MappingPart.OutState => ["out-state"],
        MappingPart.Static => ["static"],
        _ => [],
    };
}
