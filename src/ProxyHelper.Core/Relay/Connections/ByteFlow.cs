using System.Buffers;
using System.Runtime.Versioning;
using ProxyHelper.Linux.Streams;

namespace ProxyHelper.Relay.Connections;

/// <summary>
/// Represents one direction of a connection, from a source to a target. Bytes that the target does not take are kept,
/// in an array or in a pipe, and nothing more is read until it has taken them. So a direction never needs more memory
/// than one read.
/// </summary>
[SupportedOSPlatform("linux")]
internal struct ByteFlow
{
    /// <summary>Whether the source may have bytes: it was not read until the kernel said EAGAIN.</summary>
    public bool CanRead;

    /// <summary>Whether the target may take bytes: it has not refused any since it last had room.</summary>
    public bool CanWrite;

    /// <summary>Whether the source must be read until EAGAIN: an end or urgent data cause no other event.</summary>
    public bool ReadsToEnd;

    /// <summary>Whether the source has urgent data, at which splice stops.</summary>
    public bool HasUrgentData;

    /// <summary>Whether the end of the source was read.</summary>
    public bool HasEnded;

    /// <summary>Whether the target has all bytes and the end.</summary>
    public bool IsDone;

    /// <summary>The number of large reads, one after the other.</summary>
    public byte LargeReads;

    /// <summary>The number of bytes that the target has taken, without the header.</summary>
    public long Bytes;

    /// <summary>The pipe with bytes for the target, or null.</summary>
    public BytePipe? Pipe;

    private byte[]? _kept;
    private int _start;
    private int _length;

    /// <summary>Gets whether bytes wait for the target.</summary>
    public readonly bool HoldsBytes => _kept is not null || Pipe is not null;

    /// <summary>Gets the bytes that wait in memory for the target.</summary>
    public readonly ReadOnlySpan<byte> Kept => _kept.AsSpan(_start, _length);

    /// <summary>Notes an event of the source.</summary>
    public void NoteSource(EdgeEvents events)
    {
        const EdgeEvents ends = EdgeEvents.PeerEnded | EdgeEvents.BothEnded | EdgeEvents.Error;
        CanRead |= (events & (EdgeEvents.Input | EdgeEvents.Urgent | ends)) != 0;
        HasUrgentData |= (events & EdgeEvents.Urgent) != 0;
        ReadsToEnd |= (events & (EdgeEvents.Urgent | ends)) != 0;
    }

    /// <summary>Notes an event of the target.</summary>
    public void NoteTarget(EdgeEvents events) =>
        CanWrite |= (events & (EdgeEvents.Output | EdgeEvents.BothEnded | EdgeEvents.Error)) != 0;

    /// <summary>Keeps bytes until the target takes them.</summary>
    public void Keep(ReadOnlySpan<byte> bytes)
    {
        _kept = ArrayPool<byte>.Shared.Rent(bytes.Length);
        bytes.CopyTo(_kept);
        _start = 0;
        _length = bytes.Length;
    }

    /// <summary>Removes kept bytes that the target has taken.</summary>
    public void Drop(int count)
    {
        _start += count;
        _length -= count;
        if (_length == 0)
        {
            DropAll();
        }
    }

    /// <summary>Removes all kept bytes.</summary>
    public void DropAll()
    {
        if (_kept is { } kept)
        {
            ArrayPool<byte>.Shared.Return(kept);
            _kept = null;
        }
    }
}
