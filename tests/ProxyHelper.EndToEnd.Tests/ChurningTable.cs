using System.Globalization;
using ProxyHelper.Addresses;
using ProxyHelper.TestSupport;

namespace ProxyHelper.EndToEnd;

/// <summary>
/// Connections on the router that are replaced by others all the time, while what the proxy sees of them stays the same. Who
/// opened a connection tells its generation: a right answer is one that was right between the question and the answer.
/// </summary>
internal sealed class ChurningTable : IDisposable
{
    private static readonly TransportEndPoint _server = TransportEndPoint.Parse("4.1.1.2:25");

    // The newest generation of each connection that is being added, is there, is being deleted, is there no more.
    private readonly int[] _adding;
    private readonly int[] _added;
    private readonly int[] _deleting;
    private readonly int[] _deleted;
    private readonly Thread _thread;
    private bool _isOver;

    /// <summary>Starts the churn.</summary>
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

    /// <summary>How many connections were replaced.</summary>
    public long Replaced { get; private set; }

    /// <summary>The query about a connection.</summary>
    public static byte[] Query(int connection) => QueryDatagram.Query(
        TransportEndPoint.Parse(string.Create(CultureInfo.InvariantCulture, $"194.0.1.1:{1024 + connection}")), TransportEndPoint.Parse("194.0.22.9:9199"));

    /// <summary>How far a connection has come.</summary>
    public Progress Read(int connection) => new(
        Volatile.Read(ref _adding[connection]), Volatile.Read(ref _added[connection]), Volatile.Read(ref _deleting[connection]), Volatile.Read(ref _deleted[connection]));

    /// <summary>Whether an answer was right at any moment between the question and itself.</summary>
    /// <param name="generation">What <see cref="GenerationOf"/> says.</param>
    /// <param name="before">How far it had come before the question.</param>
    /// <param name="after">How far it had come after the answer.</param>
    public static bool IsRight(int generation, Progress before, Progress after) => generation == 0
        ? before.Added <= after.Deleting // else there was one in the table all the time
        : generation > before.Deleted && generation <= after.Adding;

    /// <summary>The generation that an answer tells of; 0 for "not found", and -1 for an answer that is no such connection's.</summary>
    public static int GenerationOf(byte[] reply, int connection)
    {
        byte[] query = Query(connection);
        if (reply.Length == QueryDatagram.Size && reply[15] == 0x22 && reply.AsSpan(16, 12).SequenceEqual(query.AsSpan(16, 12)))
        {
            return 0;
        }

        int generation = (reply[17] << 16) | (reply[18] << 8) | reply[19];
        return reply.AsSpan().SequenceEqual(QueryDatagram.Found(query, User(connection, generation), _server)) ? generation : -1;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Volatile.Write(ref _isOver, true);
        _thread.Join();
    }

    private static TransportEndPoint User(int connection, int generation) => TransportEndPoint.Parse(string.Create(
        CultureInfo.InvariantCulture, $"10.{generation >> 16}.{(generation >> 8) & 255}.{generation & 255}:{20000 + connection}"));

    private static ConntrackFlow Flow(int connection, int generation) => ConntrackFlow.Tcp(
        User(connection, generation).ToString(),
        _server.ToString(),
        "194.0.22.9:9199",
        string.Create(CultureInfo.InvariantCulture, $"194.0.1.1:{1024 + connection}"));

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

    /// <summary>The newest generation that is being added, is there, is being deleted, is there no more.</summary>
    public readonly record struct Progress(int Adding, int Added, int Deleting, int Deleted);
}
