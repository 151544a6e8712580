using ProxyHelper.Simulation.Kernel;

namespace ProxyHelper.Simulation.Asking;

/// <summary>Represents a connection that the relay accepts, and what the relay may learn about it.</summary>
/// <param name="Router">The router's end: the translated source.</param>
/// <param name="Accepting">The accepting end of the relay.</param>
/// <param name="OriginalSource">The original source, which no other connection has.</param>
/// <param name="OriginalDestination">The original destination.</param>
internal sealed record RelayedConnection(
    Peer Router, Peer Accepting, Peer OriginalSource, Peer OriginalDestination)
{
    /// <summary>Gets or sets the place of the connection in the relay, or -1 before.</summary>
    public int Place { get; set; } = -1;

    /// <summary>Gets or sets whether the user has gone. The kernel of the relay's host knows it.</summary>
    public bool IsGone { get; set; }

    /// <summary>Gets or sets the true time at which the relay began to ask.</summary>
    public TimeSpan AskedAt { get; set; }

    /// <summary>Gets or sets the true time by which the relay had sent the first query, or had failed to.</summary>
    public TimeSpan AskedBy { get; set; } = TimeSpan.MaxValue;

    /// <summary>Gets or sets for how long the process had stood still before.</summary>
    public TimeSpan FrozenBefore { get; set; }

    /// <summary>Gets or sets the socket of its queries, or null before.</summary>
    public HelperLink? Link { get; set; }

    /// <summary>Gets or sets the cookie of its queries.</summary>
    public uint Cookie { get; set; }

    /// <summary>Gets or sets the number of errors that the socket of its queries had reported before.</summary>
    public int ErrorsBefore { get; set; }

    /// <summary>Gets the number of errors that the socket of its queries has reported.</summary>
    public int Errors => Link?.Errors ?? ErrorsBefore;

    /// <summary>Gets or sets the number of its queries that were sent.</summary>
    public int Sends { get; set; }

    /// <summary>Gets or sets whether a right reply "found" was given to the relay in time.</summary>
    public bool WasFound { get; set; }

    /// <summary>Gets or sets whether a reply "not found" was given to the relay in time.</summary>
    public bool WasNotFound { get; set; }
}
