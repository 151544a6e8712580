namespace ProxyHelper.Daemon;

/// <summary>Specifies the importance of a log line. The values are the priorities of syslog(3).</summary>
internal enum Priority
{
    /// <summary>Queries are not answered, or not all of them.</summary>
    Error = 3,

    /// <summary>A query is refused, or a setting has no effect.</summary>
    Warning = 4,

    /// <summary>The start, the stop, and the result of a signal.</summary>
    Notice = 5,

    /// <summary>A query that is answered.</summary>
    Information = 6,
}
