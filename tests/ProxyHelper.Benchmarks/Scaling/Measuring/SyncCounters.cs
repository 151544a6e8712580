using System.Text.Json;

namespace ProxyHelper.Benchmarks.Scaling.Measuring;

/// <summary>Represents the traffic of the synchronization link in both directions, with all headers.</summary>
/// <param name="Bytes">The number of bytes.</param>
/// <param name="Packets">The number of packets.</param>
internal readonly record struct SyncCounters(long Bytes, long Packets)
{
    /// <summary>Subtracts earlier counters.</summary>
    public static SyncCounters operator -(SyncCounters later, SyncCounters earlier) =>
        new(later.Bytes - earlier.Bytes, later.Packets - earlier.Packets);

    /// <summary>Reads the counters of a device.</summary>
    public static SyncCounters Read(NetworkHost host, string device)
    {
        string text = Tool.Run("ip", "-n", host.Name, "-s", "-j", "link", "show", "dev", device);
        using var document = JsonDocument.Parse(text);
        JsonElement statistics = document.RootElement[0].GetProperty("stats64");
        return new SyncCounters(Sum(statistics, "bytes"), Sum(statistics, "packets"));
    }

    private static long Sum(JsonElement statistics, string counter) =>
        statistics.GetProperty("rx").GetProperty(counter).GetInt64()
        + statistics.GetProperty("tx").GetProperty(counter).GetInt64();
}
