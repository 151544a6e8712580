using System.Runtime.Versioning;
using ProxyHelper.Linux.Streams;

namespace ProxyHelper.Relay.Connections;

/// <summary>
/// Moves bytes from one socket of a connection to the other. All connections of a worker share its buffer and its
/// pipes. A direction with large reads uses a pipe, so that its bytes stay in the kernel.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class BytePump : IDisposable
{
    /// <summary>The size of the buffer, and the most bytes that are kept in memory for a direction.</summary>
    public const int BufferSize = 64 * 1024;

    private const int Budget = 1024 * 1024; // bytes that a direction moves before other connections have their turn
    private const int LargeRead = 16 * 1024;
    private const int LargeReadsBeforeSplice = 4;
    private const int SmallSplice = 4 * 1024; // a smaller one costs more than a copy

    private readonly PipePool _pipes = new();

    /// <summary>Gets the buffer, which contains nothing between two calls.</summary>
    public byte[] Buffer { get; } = GC.AllocateUninitializedArray<byte>(BufferSize, pinned: true);

    /// <summary>Moves bytes until the source has no more, the target takes no more, or the budget is used up.</summary>
    /// <param name="flow">The direction.</param>
    /// <param name="source">The socket that bytes come from.</param>
    /// <param name="target">The socket that bytes go to.</param>
    /// <param name="isLast">Whether the other direction is done, so that the sockets are closed after this one.</param>
    public FlowResult Run(ref ByteFlow flow, StreamDescriptor source, StreamDescriptor target, bool isLast)
    {
        int budget = Budget;
        while (!flow.IsDone)
        {
            bool holdsBytes = flow.HoldsBytes;
            if (holdsBytes ? !flow.CanWrite : !flow.HasEnded && !flow.CanRead)
            {
                return FlowResult.Waits;
            }

            if (budget <= 0)
            {
                return FlowResult.HasMore;
            }

            int moved = holdsBytes ? Deliver(ref flow, target)
                : flow.HasEnded ? PassEnd(ref flow, target, isLast)
                : UsesSplice(flow) ? Splice(ref flow, source)
                : Copy(ref flow, source, target);
            if (moved < 0)
            {
                return FlowResult.Broken;
            }

            budget -= moved;
        }

        return FlowResult.Waits;
    }

    /// <summary>Frees what a direction holds, when its connection has ended.</summary>
    public void Release(ref ByteFlow flow)
    {
        flow.DropAll();
        if (flow.Pipe is { } pipe)
        {
            _pipes.Return(pipe);
        }

        flow = default;
    }

    /// <inheritdoc/>
    public void Dispose() => _pipes.Dispose();

    private static bool UsesSplice(in ByteFlow flow) =>
        flow.LargeReads >= LargeReadsBeforeSplice && !flow.HasUrgentData;

    private static int PassEnd(ref ByteFlow flow, StreamDescriptor target, bool isLast)
    {
        if (!isLast)
        {
            target.EndSending();
        }

        flow.IsDone = true;
        return 0;
    }

    /// <summary>Sends what a direction holds.</summary>
    /// <returns>0, or a negative number when the connection is broken.</returns>
    private int Deliver(ref ByteFlow flow, StreamDescriptor target)
    {
        while (flow.HoldsBytes)
        {
            int sent = flow.Pipe is { } pipe ? pipe.Empty(target) : target.Send(flow.Kept);
            if (sent <= 0)
            {
                flow.CanWrite = false;
                return sent == StreamDescriptor.WouldBlock ? 0 : -1;
            }

            flow.Bytes += sent;
            if (flow.Pipe is null)
            {
                flow.Drop(sent);
            }
            else if (flow.Pipe.Count == 0)
            {
                _pipes.Return(flow.Pipe);
                flow.Pipe = null;
            }
        }

        return 0;
    }

    /// <summary>Moves bytes from the source into a pipe.</summary>
    /// <returns>The number of bytes, or a negative number when the connection is broken.</returns>
    private int Splice(ref ByteFlow flow, StreamDescriptor source)
    {
#pragma warning disable CA2000 // the pool or the direction has it
        if (_pipes.Take() is not { } pipe)
#pragma warning restore CA2000
        {
            flow.LargeReads = 0;
            return 0;
        }

        int moved = pipe.Fill(source);
        if (moved < SmallSplice && moved != StreamDescriptor.WouldBlock)
        {
            // 0 can be the end or urgent data: recv knows. If the next read is large, the stream goes on.
            flow.LargeReads = LargeReadsBeforeSplice - 1;
        }

        if (moved > 0)
        {
            flow.Pipe = pipe;
            return moved;
        }

        _pipes.Return(pipe);
        return moved == 0 ? 0 : TakeFailure(ref flow, moved);
    }

    /// <summary>Receives bytes from the source and sends them to the target.</summary>
    /// <returns>The number of bytes, or a negative number when the connection is broken.</returns>
    private int Copy(ref ByteFlow flow, StreamDescriptor source, StreamDescriptor target)
    {
        int received = source.Receive(Buffer);
        if (received <= 0)
        {
            flow.HasEnded = received == 0;
            return received == 0 ? 0 : TakeFailure(ref flow, received);
        }

        flow.LargeReads = received < LargeRead ? (byte)0 : (byte)Math.Min(LargeReadsBeforeSplice, flow.LargeReads + 1);
        if (received < BufferSize && !flow.ReadsToEnd)
        {
            flow.CanRead = false; // what arrives later is a new event
        }

        int sent = flow.CanWrite ? target.Send(Buffer.AsSpan(0, received)) : StreamDescriptor.WouldBlock;
        if (sent < 0 && sent != StreamDescriptor.WouldBlock)
        {
            return sent;
        }

        sent = Math.Max(0, sent);
        flow.Bytes += sent;
        if (sent < received)
        {
            flow.CanWrite = false;
            flow.Keep(Buffer.AsSpan(sent..received));
        }

        return received;
    }

    private static int TakeFailure(ref ByteFlow flow, int failure)
    {
        flow.CanRead = false;
        return failure == StreamDescriptor.WouldBlock ? 0 : failure;
    }
}

/// <summary>Specifies why a direction moves no more bytes.</summary>
internal enum FlowResult
{
    /// <summary>The direction waits for an event, or is done.</summary>
    Waits,

    /// <summary>Other connections have their turn.</summary>
    HasMore,

    /// <summary>A socket has an error, such as a reset.</summary>
    Broken,
}
