namespace ProxyHelper.Lifetime;

/// <summary>
/// Specifies how far the life of a responder or a relay has come. A state is never followed by an earlier one.
/// </summary>
public enum ServerState
{
    /// <summary>The sockets are open. Queries and connections wait in their queues.</summary>
    Opened,

    /// <summary>Queries are answered, or connections are relayed.</summary>
    Running,

    /// <summary>What was received before is finished, then the sockets are closed.</summary>
    Stopping,

    /// <summary>The sockets are closed.</summary>
    Stopped,

    /// <summary>The sockets are closed because the server could not go on.</summary>
    Faulted,
}
