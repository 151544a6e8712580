namespace ProxyHelper.Benchmarks.Scaling;

/// <summary>
/// Contains what one entry, one query and one connection cost. "scaling measure" prints the values; the names of its
/// rows are in the comments. docs/scaling.md names the machine. Processor times are rounded up.
/// </summary>
internal static class ScalingConstants
{
    /// <summary>The largest table that was measured.</summary>
    public const int MeasuredEntries = 1_000_000;

    /// <summary>The kernel's memory for an entry in bytes: "kernel B".</summary>
    public const double KernelBytes = 384;

    /// <summary>The kernel's memory for a bucket of the hash table in bytes, which is a pointer.</summary>
    public const double BucketBytes = 8;

    /// <summary>The memory of the active conntrackd for an entry in bytes: "active B".</summary>
    public const double ActiveBytes = 528;

    /// <summary>The memory of the standby conntrackd for an entry in bytes: "standby B".</summary>
    public const double StandbyBytes = 464;

    /// <summary>The memory of conntrackd for a bucket of HashSize in bytes: four tables of two pointers.</summary>
    public const double ConntrackdBucketBytes = 64;

    /// <summary>The memory of the daemon in mebibytes: "peak KiB" of the responder benchmark.</summary>
    public const double HelperMebibytes = 5;

    /// <summary>The processor time of the daemon for a query in microseconds: "query us of CPU".</summary>
    public const double QueryMicroseconds = 8;

    /// <summary>The synchronization of a short connection in bytes, from its start to its end: "sync B".</summary>
    public const double ConnectionBytes = 500;

    /// <summary>The packets of the synchronization of a short connection: "sync packets".</summary>
    public const double ConnectionPackets = 4;

    /// <summary>The processor time of the active conntrackd for a connection: "burst: active us of CPU".</summary>
    public const double ActiveMicroseconds = 80;

    /// <summary>The processor time of the standby conntrackd for a connection: "burst: standby us of CPU".</summary>
    public const double StandbyMicroseconds = 40;

    /// <summary>The processor time of a commit for an entry in microseconds: "commit s of CPU" by entries.</summary>
    public const double CommitMicroseconds = 7;

    /// <summary>The time of a bulk resynchronization for an entry in microseconds: "resync s" by entries.</summary>
    public const double ResyncMicroseconds = 1.2;

    /// <summary>The traffic of a bulk resynchronization for an entry in bytes: "resync B".</summary>
    public const double ResyncBytes = 87;
}
