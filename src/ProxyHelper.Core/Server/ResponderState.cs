namespace ProxyHelper.Server;

/// <summary>Specifies how far the life of a responder has come. A state is never followed by an earlier one.</summary>
public enum ResponderState
{
    /// <summary>The sockets are open. Queries wait in their queues.</summary>
    Opened,

    /// <summary>Queries are answered.</summary>
    Running,

    /// <summary>Queries that were received before are answered, then the sockets are closed.</summary>
    Stopping,

    /// <summary>The sockets are closed.</summary>
    Stopped,

    /// <summary>The sockets are closed because the responder could not go on.</summary>
    Faulted,
}
