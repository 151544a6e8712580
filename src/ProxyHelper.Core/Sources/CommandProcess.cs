using ProxyHelper.Linux.Programs;

namespace ProxyHelper.Sources;

/// <summary>Represents the running program of a resolver.</summary>
internal abstract class CommandProcess : IDisposable
{
    private const int MaxErrorBytes = 2048;

    private readonly byte[] _errors = new byte[MaxErrorBytes];
    private int _errorLength;

    /// <summary>
    /// Gets the standard output. A read waits for bytes, and throws <see cref="OperationCanceledException"/> when the
    /// program was cancelled.
    /// </summary>
    public abstract Stream Output { get; }

    /// <summary>Gets the beginning of the standard error as text.</summary>
    public string Errors => System.Text.Encoding.UTF8.GetString(_errors, 0, _errorLength).Trim();

    /// <summary>Starts a program in the way of this system.</summary>
    /// <param name="call">The program and its arguments.</param>
    /// <param name="stopping">Kills the program and the programs that it started.</param>
    /// <exception cref="IOException">Thrown when the program cannot be started.</exception>
    public static CommandProcess Start(CommandCall call, CancellationToken stopping) =>
        OperatingSystem.IsLinux() ? new LinuxProcess(call, stopping) : new PortableProcess(call, stopping);

    /// <summary>Waits for the end of the program after its output has ended.</summary>
    public abstract ProgramEnd WaitForEnd();

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Kills the program and the programs that it started.</summary>
    protected abstract void Dispose(bool disposing);

    /// <summary>Keeps the beginning of the standard error. The rest is dropped.</summary>
    protected void TakeErrors(ReadOnlySpan<byte> bytes)
    {
        int count = Math.Min(bytes.Length, MaxErrorBytes - _errorLength);
        bytes[..count].CopyTo(_errors.AsSpan(_errorLength));
        _errorLength += count;
    }
}
