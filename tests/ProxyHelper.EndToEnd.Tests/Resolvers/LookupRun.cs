using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Xunit;

namespace ProxyHelper.EndToEnd.Resolvers;

/// <summary>
/// Asks about connections as smtp-gated does, a few at a time, and counts the replies. A query without a reply is
/// sent again, as smtp-gated sends it.
/// </summary>
internal sealed class LookupRun
{
    private const int Window = 4;
    private const ushort NotFoundFlags = 0x0022;

    private static readonly TimeSpan _timeout = TimeSpan.FromSeconds(10); // timeout_lookup

    private readonly List<string> _wrong = [];
    private readonly int[] _asked = new int[Enum.GetValues<LookupKind>().Length];
    private int _unfound;

    private LookupRun()
    {
    }

    /// <summary>Gets the replies that are neither correct nor "not found".</summary>
    public IReadOnlyList<string> Wrong => _wrong;

    /// <summary>Gets the number of connections that the router knows and that were not found.</summary>
    public int Unfound => _unfound;

    /// <summary>Gets the number of queries about connections of a kind.</summary>
    public int Asked(LookupKind kind) => _asked[(int)kind];

    /// <summary>Asks about randomly chosen connections.</summary>
    public static async Task<LookupRun> AskAsync(NetworkHost proxy, MailLookup[] lookups, int count, int seed)
    {
        var random = new Random(seed);
        MailLookup[] chosen = [.. Enumerable.Range(0, count).Select(_ => lookups[random.Next(lookups.Length)])];
        using Socket socket = proxy.OpenSocket(new IPEndPoint(IPAddress.Parse("194.0.22.9"), 0), SocketType.Dgram);
        await socket.ConnectAsync(IPEndPoint.Parse("194.0.1.1:114"), Patience.Token());
        var run = new LookupRun();
        var waiting = new Dictionary<uint, byte[]>();
        for (int next = 0; next < count || waiting.Count > 0;)
        {
            while (next < count && waiting.Count < Window)
            {
                uint cookie = (uint)next + 1;
                waiting[cookie] = QueryDatagram.Query(chosen[next++].Source, MailLookup.Proxy, cookie: cookie);
                await socket.SendAsync(waiting[cookie]);
            }

            await run.ReceiveAsync(socket, waiting, chosen);
        }

        return run;
    }

    private async Task ReceiveAsync(Socket socket, Dictionary<uint, byte[]> waiting, MailLookup[] chosen)
    {
        byte[] buffer = new byte[256];
        using var patience = new CancellationTokenSource(_timeout);
        try
        {
            int length = await socket.ReceiveAsync(buffer, patience.Token);
            Assert.Equal(QueryDatagram.Size, length);
            uint cookie = BinaryPrimitives.ReadUInt32BigEndian(buffer.AsSpan(4));
            if (waiting.Remove(cookie, out byte[]? query)) // else it is the second reply to a query that was repeated
            {
                Judge(chosen[cookie - 1], query, buffer[..length]);
            }
        }
        catch (OperationCanceledException)
        {
            foreach (byte[] query in waiting.Values)
            {
                await socket.SendAsync(query);
            }
        }
    }

    private void Judge(MailLookup lookup, byte[] query, byte[] reply)
    {
        _asked[(int)lookup.Kind]++;
        bool isFound = lookup.Kind == LookupKind.Redirected
            && reply.AsSpan().SequenceEqual(QueryDatagram.Found(query, lookup.User, lookup.Server));
        bool isNotFound = BinaryPrimitives.ReadUInt16BigEndian(reply.AsSpan(14)) == NotFoundFlags;
        if (!isFound && !isNotFound)
        {
            _wrong.Add($"{lookup}: {Convert.ToHexString(reply)}");
        }

        _unfound += isNotFound && lookup.Kind == LookupKind.Redirected ? 1 : 0;
    }
}
