using ProxyHelper.Addresses;
using ProxyHelper.Mappings;
using ProxyHelper.Tables;
using Xunit;

namespace ProxyHelper.Tests.Tables;

/// <summary>Compares look-ups in the text of a random table with the table.</summary>
internal static class GeneratedLookups
{
    private const int Strangers = 20;

    /// <summary>
    /// Looks up every connection, and random ends. Each answer is that of the table: one connection, or none.
    /// </summary>
    public static void AssertRight(List<GeneratedConnection> table, string text, Random random)
    {
        NatTable read = ReadTable.Whole(text);
        IEnumerable<MappingQuery> strangers = Enumerable.Range(0, Strangers)
            .Select(_ => GeneratedConnection.Make(random, isIPv6: false).Query);
        foreach (MappingQuery query in table.Select(row => row.Query).Concat(strangers))
        {
            TransportEndPoint? expected = GeneratedConnection.FindSource(table, query);
            TableAnswer answer = read.Find(query);
            Assert.Equal(expected, answer.Mapping?.Ends.OriginalSource);
            Assert.Equal(expected is not null, answer.Reason == TableAnswerReason.Found);
        }
    }
}
