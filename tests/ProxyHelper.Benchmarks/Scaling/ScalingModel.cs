using System.Numerics;

namespace ProxyHelper.Benchmarks.Scaling;

/// <summary>
/// Calculates load, memory, traffic, times and settings from the constants. Values are for one router, or for one
/// failover pair. Names with "All" are for all routers.
/// </summary>
internal sealed class ScalingModel(Site site)
{
    /// <summary>The largest table of a router for which the model is valid.</summary>
    public const int MaxEntries = 10_000_000;

    private const int Mebibyte = 1 << 20;
    private const double Microsecond = 1e-6;

    // A thread that needs half of its processor still has room for a burst, and for other programs.
    private const double BusiestThread = 0.5;
    private const int MaxWorkers = 64;
    private const int DefaultRate = 10_000, MaxRate = 1_000_000;
    private const int SmallestPerHost = 100;

    // Debian's values on a host with more than 4 GiB, and conntrackd's default.
    private const int DefaultBuckets = 262_144, DefaultResendQueue = 131_072, SmallestHashSize = 32_768;

    // conntrackd reads all entries of a bucket, so a long chain costs time, and a bucket costs memory.
    private const int EntriesPerBucket = 8;

    // nf_conntrack_udp_timeout, the life of the entry of a query without notrack, in seconds.
    private const int QueryEntrySeconds = 30;

    // The smaller half of the ports in a pair: 1024 to 32767.
    private const int PortsOfRouter = 31_744;

    /// <summary>Gets the number of routers.</summary>
    public int Routers => site.Routers;

    /// <summary>Gets the number of queries a second. Each connection causes one.</summary>
    public double QueriesPerSecond => site.Connections / site.Routers;

    /// <summary>Gets the number of queries a second at all routers.</summary>
    public double AllQueriesPerSecond => site.Connections;

    /// <summary>Gets the number of conntrack entries.</summary>
    public long Entries => MailEntries + site.OtherEntries;

    /// <summary>Gets the number of entries that queries add without notrack.</summary>
    public long QueryEntries => RoundUp(QueriesPerSecond * QueryEntrySeconds);

    /// <summary>Gets whether tables of this size were measured.</summary>
    public bool IsMeasured => Entries <= ScalingConstants.MeasuredEntries;

    /// <summary>Gets the part of one processor that the daemon needs, in percent.</summary>
    public double HelperPercent => 100 * QueriesPerSecond * ScalingConstants.QueryMicroseconds * Microsecond;

    /// <summary>Gets the part of one processor that the active conntrackd needs, in percent.</summary>
    public double ActivePercent => 100 * QueriesPerSecond * ScalingConstants.ActiveMicroseconds * Microsecond;

    /// <summary>Gets the part of one processor that the standby conntrackd needs, in percent.</summary>
    public double StandbyPercent => 100 * QueriesPerSecond * ScalingConstants.StandbyMicroseconds * Microsecond;

    /// <summary>
    /// Gets the number of pairs that the connections of all routers need, because conntrackd has one thread.
    /// </summary>
    public long PairsNeeded => Math.Max(1, RoundUp(ActivePercent * site.Routers / 100 / BusiestThread));

    /// <summary>Gets the memory of the kernel for entries and buckets.</summary>
    public double KernelMebibytes =>
        ((Entries * ScalingConstants.KernelBytes) + (Buckets * ScalingConstants.BucketBytes)) / Mebibyte;

    /// <summary>Gets the memory of the active conntrackd.</summary>
    public double ActiveMebibytes => ConntrackdMebibytes(ScalingConstants.ActiveBytes);

    /// <summary>Gets the memory of the standby conntrackd.</summary>
    public double StandbyMebibytes => ConntrackdMebibytes(ScalingConstants.StandbyBytes);

    /// <summary>Gets the traffic of the synchronization link in megabits a second.</summary>
    public double SyncMegabits => QueriesPerSecond * ScalingConstants.ConnectionBytes * 8 / 1e6;

    /// <summary>Gets the packets a second on the synchronization link.</summary>
    public double SyncPackets => QueriesPerSecond * ScalingConstants.ConnectionPackets;

    /// <summary>Gets the time of a commit in seconds.</summary>
    public double CommitSeconds => Entries * ScalingConstants.CommitMicroseconds * Microsecond;

    /// <summary>Gets the time of a bulk resynchronization in seconds.</summary>
    public double ResyncSeconds => Entries * ScalingConstants.ResyncMicroseconds * Microsecond;

    /// <summary>Gets the traffic of a bulk resynchronization in mebibytes.</summary>
    public double ResyncMebibytes => Entries * ScalingConstants.ResyncBytes / Mebibyte;

    /// <summary>Gets the number of SNAT addresses, of which each has a port for each connection to a proxy.</summary>
    public long SnatAddresses => Math.Max(1, RoundUp(MailEntries / ((double)PortsOfRouter * site.Proxies)));

    /// <summary>Gets the setting of the daemon for its workers.</summary>
    public long Workers => Math.Clamp(RoundUp(HelperPercent / 100 / BusiestThread), 1, MaxWorkers);

    /// <summary>Gets the setting of the daemon for the rate limit of each proxy: twice the expected rate.</summary>
    public long Rate => Math.Clamp(RoundUp(2 * QueriesPerSecond / site.Proxies), DefaultRate, MaxRate);

    /// <summary>
    /// Gets the setting max_per_host of smtp-gated: twice the connections that one SNAT address has to one proxy. The
    /// mean of a small site says nothing about a burst, so the setting is never below the number that the check of the
    /// set-up demands.
    /// </summary>
    public long MaxPerHost =>
        Math.Max(SmallestPerHost, RoundUp(2 * QueriesPerSecond * site.Duration / site.Proxies / SnatAddresses));

    /// <summary>Gets nf_conntrack_max: twice the entries.</summary>
    public long TableLimit => PowerOfTwo(2 * Entries, DefaultBuckets);

    /// <summary>
    /// Gets nf_conntrack_buckets: as many as nf_conntrack_max. Each entry is in two buckets, so a bucket has one on
    /// average.
    /// </summary>
    public long Buckets => TableLimit;

    /// <summary>Gets conntrackd's HashLimit, above which conntrackd ignores new entries.</summary>
    public long HashLimit => TableLimit;

    /// <summary>Gets conntrackd's HashSize: its buckets.</summary>
    public long HashSize => PowerOfTwo(Entries / EntriesPerBucket, SmallestHashSize);

    /// <summary>Gets conntrackd's ResendQueueSize, which holds a bulk resynchronization.</summary>
    public long ResendQueueSize => PowerOfTwo(Entries, DefaultResendQueue);

    private long MailEntries => RoundUp(QueriesPerSecond * (site.Duration + site.TimeWait));

    private double ConntrackdMebibytes(double entryBytes) =>
        ((Entries * entryBytes) + (HashSize * ScalingConstants.ConntrackdBucketBytes)) / Mebibyte;

    // A product such as 0.1 * 30 can be a little above a whole number, so a millionth is ignored.
    private static long RoundUp(double value) => (long)Math.Ceiling(value - 1e-6);

    private static long PowerOfTwo(long atLeast, long smallest) =>
        (long)BitOperations.RoundUpToPowerOf2((ulong)Math.Max(atLeast, smallest));
}
