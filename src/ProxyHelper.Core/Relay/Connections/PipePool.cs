using System.Runtime.Versioning;
using ProxyHelper.Linux.Streams;

namespace ProxyHelper.Relay.Connections;

/// <summary>
/// Contains the pipes of a worker. A direction has a pipe only while bytes are in it, so a few pipes serve many
/// connections.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class PipePool : IDisposable
{
    // The kernel gives a user without privileges 64 MB of pipes (fs.pipe-user-pages-soft).
    private const int MaxPipes = 256;
    private const int MaxFreePipes = 16;

    private readonly Stack<BytePipe> _free = new();
    private int _open;

    /// <summary>Returns an empty pipe, or null if no more can be opened.</summary>
    public BytePipe? Take()
    {
        if (_free.TryPop(out BytePipe? free))
        {
            return free;
        }

        BytePipe? pipe = _open < MaxPipes ? BytePipe.Open() : null;
        _open += pipe is null ? 0 : 1;
        return pipe;
    }

    /// <summary>Takes a pipe back. The bytes in it are lost.</summary>
    public void Return(BytePipe pipe)
    {
        if (pipe.Count == 0 && _free.Count < MaxFreePipes)
        {
            _free.Push(pipe);
            return;
        }

        _open--;
        pipe.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        while (_free.TryPop(out BytePipe? pipe))
        {
            pipe.Dispose();
        }
    }
}
