using ProxyHelper.Conntrack;

namespace ProxyHelper.Server.Tcp;

/// <summary>Looks up the lines of a TCP server. Some lines wait, and are looked up again later.</summary>
internal abstract class TcpSource : IDisposable
{
    /// <summary>Returns the time until waiting lines must be looked at, up to a limit.</summary>
    public abstract TimeSpan LimitWait(TimeSpan limit, ServerRules rules);

    /// <summary>Returns whether the waiting lines are looked at now. Called once in a round of the server.</summary>
    /// <param name="isWoken">Whether the wake signal of the server is set.</param>
    /// <param name="rules">The rules in force.</param>
    public abstract bool BeginRound(bool isWoken, ServerRules rules);

    /// <summary>Looks up the line of a connection.</summary>
    /// <param name="connection">The connection. If the method returns null, its line waits.</param>
    /// <param name="reply">The tuple of the reply direction, which is looked up.</param>
    /// <param name="rules">The rules in force.</param>
    /// <returns>The reply, or null if the line waits.</returns>
    public abstract QueryResult? LookUp(TcpConnection connection, in ConntrackTuple reply, ServerRules rules);

    /// <summary>Lets no line wait longer than necessary, because the server stops.</summary>
    public abstract void BeginEnd();

    /// <summary>Lets no line wait any longer.</summary>
    public abstract void End();

    /// <inheritdoc/>
    public abstract void Dispose();
}
