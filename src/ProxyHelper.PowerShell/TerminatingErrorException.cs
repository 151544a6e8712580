using System.Management.Automation;

namespace ProxyHelper.PowerShell;

/// <summary>Thrown when a cmdlet cannot go on. The engine writes the error record that the exception carries.</summary>
public sealed class TerminatingErrorException : Exception, IContainsErrorRecord
{
    internal TerminatingErrorException(ErrorRecord record)
        : base(record.Exception.Message, record.Exception)
    {
        ErrorRecord = record;
    }

    /// <inheritdoc/>
    public ErrorRecord ErrorRecord { get; }
}
