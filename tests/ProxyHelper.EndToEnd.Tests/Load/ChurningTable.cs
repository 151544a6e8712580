using ProxyHelper.Addresses;
using ProxyHelper.TestSupport;

namespace ProxyHelper.EndToEnd.Load;

/// <summary>
/// Replaces connections on the router all the time. The translated source and destination of a connection stay the
/// same. The original source contains the generation of the connection. A reply is right if it was true between the
/// query and the reply.
/// </summary>
internal sealed class ChurningTable : IDisposable
{
    private static readonly TransportEndPoint _server = TransportEndPoint.Parse("4.1.1.2:25");

    // The newest generation of each connection in each step of its life.
    private readonly int[] _adding;
    private readonly int[] _added;
    private readonly int[] _deleting;
    private readonly int[] _deleted;
    private readonly Thread _thread;
    private bool _isOver;

    /// <summary>Starts to replace connections.</summary>
    public ChurningTable(RouterNetwork network, int connections)
    {
        _adding = new int[connections];
        _added = new int[connections];
        _deleting = new int[connections];
        _deleted = new int[connections];
        _thread = network.Router.Run(() =>
        {
            var thread = new Thread(Churn) { IsBackground = true };
            thread.Start();
            return thread;
        });
    }

    /// <summary>Gets the number of replaced connections.</summary>
    public long Replaced { get; private set; }

    /// <summary>Returns the query about a connection.</summary>
    public static byte[] Query(int connection) => QueryDatagram.Query(
        TransportEndPoint.Parse(TranslatedSource(connection)), TransportEndPoint.Parse("194.0.22.9:9199"));

    /// <summary>Returns the newest generation of a connection in each step.</summary>
    public Progress Read(int connection) => new(
        Volatile.Read(ref _adding[connection]),
        Volatile.Read(ref _added[connection]),
        Volatile.Read(ref _deleting[connection]),
        Volatile.Read(ref _deleted[connection]));

    /// <summary>Returns whether a reply was true at a moment between the query and the reply.</summary>
    /// <param name="generation">The result of <see cref="GenerationOf"/>.</param>
    /// <param name="before">The progress before the query.</param>
    /// <param name="after">The progress after the reply.</param>
    public static bool IsRight(int generation, Progress before, Progress after) => generation == 0
        ? before.Added <= after.Deleting // else the table had an entry all the time
        : generation > before.Deleted && generation <= after.Adding;

    /// <summary>Returns the generation in a reply, 0 for "not found", or -1 for another connection.</summary>
    public static int GenerationOf(byte[] reply, int connection)
    {
        byte[] query = Query(connection);
        bool isNotFound = reply.Length == QueryDatagram.Size && reply[15] == 0x22;
        if (isNotFound && reply.AsSpan(16, 12).SequenceEqual(query.AsSpan(16, 12)))
        {
            return 0;
        }

        int generation = (reply[17] << 16) | (reply[18] << 8) | reply[19];
        byte[] found = QueryDatagram.Found(query, User(connection, generation), _server);
        return reply.AsSpan().SequenceEqual(found) ? generation : -1;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Volatile.Write(ref _isOver, true);
        _thread.Join();
    }

    private static TransportEndPoint User(int connection, int generation) =>
        TransportEndPoint.Parse(FormattableString.Invariant(
            $"10.{generation >> 16}.{(generation >> 8) & 255}.{generation & 255}:{20000 + connection}"));

    private static ConntrackFlow Flow(int connection, int generation) => ConntrackFlow.Tcp(
        User(connection, generation).ToString(),
        _server.ToString(),
        "194.0.22.9:9199",
        TranslatedSource(connection));

    private static string TranslatedSource(int connection) =>
        FormattableString.Invariant($"194.0.1.1:{1024 + connection}");

    private void Churn()
    {
        using ConntrackFixture table = ConntrackFixture.Open();
        for (int generation = 1; !Volatile.Read(ref _isOver); generation++)
        {
            for (int connection = 0; connection < _adding.Length && !Volatile.Read(ref _isOver); connection++)
            {
                if (generation > 1)
                {
                    Volatile.Write(ref _deleting[connection], generation - 1);
                    table.Delete(Flow(connection, generation - 1));
                    Volatile.Write(ref _deleted[connection], generation - 1);
                }

                Volatile.Write(ref _adding[connection], generation);
                table.Add(Flow(connection, generation));
                Volatile.Write(ref _added[connection], generation);
                Replaced++;
            }
        }
    }

    /// <summary>Represents the newest generation that is being added, is added, is being deleted, is deleted.</summary>
    public readonly record struct Progress(int Adding, int Added, int Deleting, int Deleted);
}
