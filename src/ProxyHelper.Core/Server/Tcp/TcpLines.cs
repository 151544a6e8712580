using ProxyHelper.Linux;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Server.Tcp;

/// <summary>
/// Reads the lines of connections. Each line is answered at once, or is looked up again until it can be answered.
/// </summary>
/// <param name="connections">The connections.</param>
/// <param name="answers">Answers a line, or lets it wait.</param>
/// <param name="telemetry">The counters and the journal.</param>
/// <param name="wait">Waits for the connections.</param>
/// <param name="firstPlace">The place of the first connection.</param>
internal sealed class TcpLines(
    TcpConnections connections, TcpAnswers answers, ServerTelemetry telemetry, StreamWait wait, int firstPlace)
{
    /// <summary>Returns the place of a connection.</summary>
    public int PlaceOf(TcpConnection connection) => firstPlace + connection.Number;

    /// <summary>Serves a connection that is ready.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="readRules">Reads the rules in force, after the line was read.</param>
    public void Serve(TcpConnection connection, Func<ServerRules> readRules)
    {
        bool wasAnswered = connection.IsAnswered;
        try
        {
            if (wasAnswered)
            {
                if (connection.HasEnded())
                {
                    connection.Close();
                }
            }
            else if (connection.IsWaiting)
            {
                // Only an error ends the wait for a suspended descriptor.
                Abandon(connection);
            }
            else if (connection.TryReadLine(out ReadOnlySpan<byte> line))
            {
                Answer(connection, line, readRules());
            }
        }
        catch (LinuxException)
        {
            if (wasAnswered)
            {
                connection.Close();
                return;
            }

            Abandon(connection);
        }
    }

    /// <summary>Looks up the lines that wait.</summary>
    public void LookUpAgain(ServerRules rules)
    {
        for (int place = 0; place < TcpConnections.Max; place++)
        {
            if (connections[place] is { IsWaiting: true } connection)
            {
                LookUpAgain(connection, rules);
            }
        }
    }

    private void LookUpAgain(TcpConnection connection, ServerRules rules)
    {
        // The rules can have changed.
        if (rules.Admission.FindConnectionRefusal(connection.Peer) is { } refusal)
        {
            telemetry.Refuse(refusal, connection.Peer);
            connection.Close();
            return;
        }

        try
        {
            Answer(connection, connection.Line, rules);
        }
        catch (LinuxException)
        {
            Abandon(connection);
        }
    }

    private void Answer(TcpConnection connection, ReadOnlySpan<byte> line, ServerRules rules)
    {
        bool waited = connection.IsWaiting;
        answers.Answer(connection, line, rules);
        bool waits = connection.IsWaiting;
        if (connection.IsOpen && waits != waited)
        {
            // What the client sends while its line waits is read later.
            connection.Change(waits ? wait.Suspend : wait.Resume, PlaceOf(connection));
        }
    }

    /// <summary>Closes a connection that is broken before its reply is sent.</summary>
    private void Abandon(TcpConnection connection)
    {
        telemetry.Counters.Add(connection.IsAnswered ? Outcome.UnsentReply : Outcome.ReceiveError);
        connection.Close();
    }
}
