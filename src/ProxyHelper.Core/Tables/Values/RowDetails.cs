namespace ProxyHelper.Tables.Values;

/// <summary>
/// Collects the values of a row that have no property. The keys of the four ends follow each other, each with its
/// address and then its port.
/// </summary>
internal static class RowDetails
{
    private const int KeysPerEnd = 2;
    private const int KeysOfEnds = 4 * KeysPerEnd;

    /// <summary>Returns the values by their names.</summary>
    /// <param name="values">The values of the row.</param>
    /// <param name="firstEnd">The key of the first address.</param>
    /// <param name="firstDetail">The first key of the values that have no property.</param>
    public static Dictionary<string, string> Of(NamedValues values, int firstEnd, int firstDetail)
    {
        var details = new Dictionary<string, string>();
        for (int key = firstEnd; key < firstEnd + KeysOfEnds; key += KeysPerEnd)
        {
            // The interface of a link-local address is not a part of the end.
            if (values[key].Contains('%'))
            {
                details.Add(values.Names[key], values[key].ToString());
            }
        }

        for (int key = firstDetail; key < values.Names.Count; key++)
        {
            if (!values[key].IsEmpty)
            {
                details.Add(values.Names[key], values[key].ToString());
            }
        }

        return details;
    }
}
