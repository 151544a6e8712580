using System.Globalization;
using ProxyHelper.Sources;

namespace ProxyHelper.Daemon.Helper;

/// <summary>Describes why a table that could be read gives no answers, or not all of them.</summary>
internal static class TableWarnings
{
    /// <summary>Returns the warnings about the table of a resolver. Another resolver has none.</summary>
    public static IEnumerable<string> Of(MappingResolver? resolver)
    {
        if (resolver is not TableResolver table)
        {
            yield break;
        }

        if (table.Age > table.MaxAge)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{table.Path} is {table.Age.TotalSeconds:0} s old. Until the file is written again, every query is "
                    + $"answered \"not found\". The setting table-max-age is {table.MaxAge.TotalSeconds:0.###} s.");
        }

        if (TableAnswers.DescribeFaults(table.Table) is { } faults)
        {
            yield return $"{table.Path}: {faults}. A connection in such a line is answered \"not found\".";
        }
    }
}
