using System.Text.Json;
using ProxyHelper.Addresses;
using ProxyHelper.Mappings;
using Xunit;

namespace ProxyHelper.Tests.Tables.Samples;

/// <summary>Represents a look-up of a sample, with its right answer.</summary>
internal sealed class ExpectedLookup
{
    public ExpectedLookup(JsonElement item)
    {
        JsonElement query = item.GetProperty("query");
        Assert.True(ProtocolText.TryRead(query.GetProperty("protocol").GetString(), out IPProtocol protocol));
        Query = new MappingQuery(
            protocol,
            TransportEndPoint.Parse(query.GetProperty("source").GetString()!),
            TransportEndPoint.Parse(query.GetProperty("destination").GetString()!));
        JsonElement answer = item.GetProperty("answer");
        if (answer.ValueKind != JsonValueKind.Null)
        {
            OriginalSource = TransportEndPoint.Parse(answer.GetProperty("originalSource").GetString()!);
            OriginalDestination = TransportEndPoint.Parse(answer.GetProperty("originalDestination").GetString()!);
        }
    }

    /// <summary>Gets the query.</summary>
    public MappingQuery Query { get; }

    /// <summary>Gets the original source, or null if there is no answer.</summary>
    public TransportEndPoint? OriginalSource { get; }

    /// <summary>Gets the original destination, or null if there is no answer.</summary>
    public TransportEndPoint? OriginalDestination { get; }
}
