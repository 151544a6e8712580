using System.Globalization;

namespace ProxyHelper.Benchmarks.Scaling.Measuring;

/// <summary>
/// Changes the number of buckets of the conntrack hash table, which all network namespaces share, until the object is
/// disposed.
/// </summary>
internal sealed class HashBuckets : IDisposable
{
    private const string Path = "/proc/sys/net/netfilter/nf_conntrack_buckets";

    private readonly string _previous = File.ReadAllText(Path);

    /// <summary>Sets the number of buckets. If it is null, the number is unchanged.</summary>
    public HashBuckets(int? buckets)
    {
        if (buckets is { } number)
        {
            File.WriteAllText(Path, number.ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>Gets the number of buckets now. The kernel rounds a number up to whole pages.</summary>
    public static int Count => int.Parse(File.ReadAllText(Path), CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (File.ReadAllText(Path) != _previous)
        {
            File.WriteAllText(Path, _previous);
        }
    }
}
