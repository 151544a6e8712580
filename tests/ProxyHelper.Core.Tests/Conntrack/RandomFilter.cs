using System.Net.Sockets;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;

namespace ProxyHelper.Tests.Conntrack;

/// <summary>Makes random filters from the values of an entry, so that most of the filters match an entry.</summary>
internal static class RandomFilter
{
    /// <summary>Makes a filter.</summary>
    public static ConntrackFilter Draw(Random random, ConntrackEntry entry)
    {
        var filter = new ConntrackFilter();
        for (int parts = random.Next(1, 5); parts > 0; parts--)
        {
            filter = Narrow(filter, random, entry);
        }

        return filter;
    }

    private static ConntrackFilter Narrow(ConntrackFilter filter, Random random, ConntrackEntry entry) =>
        random.Next(11) switch
        {
            0 => filter with { OriginalSources = Patterns(random, entry.OriginalSource) },
            1 => filter with { OriginalDestinations = Patterns(random, entry.OriginalDestination) },
            2 => filter with { TranslatedSources = Patterns(random, entry.TranslatedSource) },
            3 => filter with { TranslatedDestinations = Patterns(random, entry.TranslatedDestination) },
            4 => filter with { Ports = [entry.OriginalDestination.Port] },
            5 => filter with { Protocols = random.Next(2) == 0 ? [entry.Protocol] : [entry.Protocol, IPProtocol.Udp] },
            6 => filter with { NatTypes = [entry.NatType] },
            7 => filter with { States = entry.State is { } state ? [state, ConnectionState.Established] : [] },
            8 => filter with { Zones = random.Next(2) == 0 ? [entry.Zone] : [entry.Zone, 7] },
            9 => filter with { Mark = entry.Mark is { } mark ? Pattern(random, mark) : null },
            _ => filter with { Status = entry.Status & (ConntrackStatus.SeenReply | ConntrackStatus.Assured) },
        };

    private static MarkPattern Pattern(Random random, uint mark) =>
        MarkPattern.Parse(random.Next(2) == 0 ? $"{mark}" : $"{mark & 0xf0}/0xf0");

    private static EndPointPattern[] Patterns(Random random, TransportEndPoint end)
    {
        int bits = end.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        string address = end.Address;
        string prefix = $"{end.Masked(bits - 3).Address}/{bits - 3}";
        EndPointPattern drawn = EndPointPattern.Parse(random.Next(5) switch
        {
            0 => prefix,
            1 => bits == 32 ? $"{prefix}:{end.Port}" : $"[{prefix}]:{end.Port}",
            2 => $":{end.Port}",
            3 => end.ToString(),
            _ => address,
        });
        return random.Next(3) == 0 ? [drawn, EndPointPattern.Parse("10.2.0.1")] : [drawn];
    }
}
