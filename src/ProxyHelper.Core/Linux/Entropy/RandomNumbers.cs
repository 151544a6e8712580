using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace ProxyHelper.Linux.Entropy;

/// <summary>
/// Gives random numbers that nobody can predict (getrandom). RandomNumberGenerator would load OpenSSL, 3 MB. A test
/// replaces the numbers. An instance belongs to one thread.
/// </summary>
[SupportedOSPlatform("linux")]
internal partial class RandomNumbers
{
    private const int PoolSize = 256; // bytes, which getrandom always gives at once

    private readonly byte[] _pool = new byte[PoolSize];
    private int _used = PoolSize;

    /// <summary>Returns the next number.</summary>
    /// <exception cref="LinuxException">Thrown when the kernel refused.</exception>
    public virtual uint Next()
    {
        if (_used == PoolSize)
        {
            LinuxHandle.Check((int)RandomCall(_pool, (nuint)_pool.Length, 0), "getrandom");
            _used = 0;
        }

        uint number = BitConverter.ToUInt32(_pool, _used);
        _used += sizeof(uint);
        return number;
    }

    [LibraryImport("libc", EntryPoint = "getrandom", SetLastError = true)]
    private static partial nint RandomCall(Span<byte> buffer, nuint length, uint flags);
}
