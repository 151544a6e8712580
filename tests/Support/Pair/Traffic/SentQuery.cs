namespace ProxyHelper.TestSupport.Pair;

/// <summary>Specifies what the reply to a query is, compared with the truth.</summary>
internal enum Verdict
{
    /// <summary>There is no reply.</summary>
    Silent,

    /// <summary>The reply is found, with the user and the mail server of the connection.</summary>
    Right,

    /// <summary>The reply is not found.</summary>
    NotFound,

    /// <summary>The reply is any other, such as one with another user's connection.</summary>
    Wrong,
}

/// <summary>Represents a query of the stream and its reply.</summary>
/// <param name="connection">The connection that the query is about.</param>
/// <param name="datagram">The query.</param>
/// <param name="sent">The time when the query was sent, in ticks of the stopwatch.</param>
internal sealed class SentQuery(MailConnection connection, byte[] datagram, long sent)
{
    /// <summary>Gets the connection that the query is about.</summary>
    public MailConnection Connection => connection;

    /// <summary>Gets the query.</summary>
    public byte[] Datagram => datagram;

    /// <summary>Gets the time when the query was sent.</summary>
    public long Sent => sent;

    /// <summary>Gets or sets the time of the reply.</summary>
    public long Answered { get; set; }

    /// <summary>Gets or sets what the reply is.</summary>
    public Verdict Verdict { get; set; }
}
