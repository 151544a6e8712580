using ProxyHelper.Addresses;
using ProxyHelper.Protocol;

namespace ProxyHelper.Fuzzing.Targets;

/// <summary>Reads a helper's line as a client does.</summary>
internal sealed class LineReplyTarget : IFuzzTarget
{
    /// <inheritdoc/>
    public string Name => "line-reply";

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        // The query has the ports of the input, so that the rest is read too.
        var reader = new LineReader(input);
        ushort source = reader.ReadPort();
        reader.Expect(',');
        var query = new LineQuery(source, reader.ReadPort());
        bool isReply = LineReply.TryRead(input, query, out LineReply reply, out ReplyFault fault);
        Invariant.Holds(isReply == (fault == ReplyFault.None), "a line that is not a reply has a fault");
        Invariant.Holds(
            !LineReply.TryRead(input, new LineQuery((ushort)~source, 1), out _, out _),
            "a reply to another query is a fault");
        if (!isReply)
        {
            Invariant.Holds(reply == default, "nothing is read from a line that is not a reply");
            return;
        }

        Invariant.Holds(
            input.Length <= LineReply.MaxReadLength && input.IndexOf((byte)'\n') == input.Length - 1,
            "a reply is one line");
        Invariant.Holds(!LineQuery.TryRead(input, out _, out _), "a reply is not a query");
        CheckBody(query, reply);
    }

    private static void CheckBody(LineQuery query, LineReply reply)
    {
        Span<byte> written = stackalloc byte[LineReply.MaxWriteLength];
        int length;
        if (reply.Error == LineError.None)
        {
            Invariant.Holds(
                reply.Ident is { Length: >= 1 and <= 20 } && reply.Ident.All(letter => letter is > ' ' and <= '~'),
                "an ident is one word that can be displayed");
            TransportEndPoint end = reply.OriginalDestination;
            length = LineReply.WriteFound(written, query, end, end, IdentFormat.None);
            reply = reply with { Ident = "-" };
        }
        else
        {
            Invariant.Holds(reply.OriginalDestination == default && reply.Ident.Length == 0, "an error has no ends");
            length = LineReply.WriteError(written, query, reply.Error);
        }

        Invariant.Holds(
            LineReply.TryRead(written[..length], query, out LineReply read, out _) && read == reply,
            "a reply is read as it was written");
    }
}
