namespace ProxyHelper.Daemon;

/// <summary>How much a line of the log matters, with syslog's numbers.</summary>
internal enum Priority
{
    /// <summary>It does not answer, or not as it should.</summary>
    Error = 3,

    /// <summary>Something is refused, or will be other than it was meant.</summary>
    Warning = 4,

    /// <summary>Start, stop, and what was asked for by a signal.</summary>
    Notice = 5,

    /// <summary>What is told for each query.</summary>
    Information = 6,
}
