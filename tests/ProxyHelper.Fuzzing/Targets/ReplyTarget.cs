using System.Buffers.Binary;
using ProxyHelper.Protocol;

namespace ProxyHelper.Fuzzing.Targets;

/// <summary>Reads a helper's datagram as a client does.</summary>
internal sealed class ReplyTarget : IFuzzTarget
{
    /// <inheritdoc/>
    public string Name => "reply";

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        // The query has the cookie of the input, so that the rest is read too.
        uint cookie = input.Length < HelperDatagram.SecretOffset
            ? 0
            : BinaryPrimitives.ReadUInt32BigEndian(input[HelperDatagram.CookieOffset..]);
        bool isReply = Reply.TryRead(input, cookie, out Reply reply, out ReplyFault fault);
        Invariant.Holds(isReply == (fault == ReplyFault.None), "a datagram that is not a reply has a fault");
        Invariant.Holds(!Reply.TryRead(input, ~cookie, out _, out _), "a reply to another query is a fault");
        if (!isReply)
        {
            Invariant.Holds(reply == default, "nothing is read from a datagram that is not a reply");
            return;
        }

        Invariant.Holds(!Query.TryRead(input, out _, out _), "a reply is not a query");
        CheckIdent(input.Slice(HelperDatagram.IdentOffset, HelperDatagram.IdentSize), reply.Ident);
        CheckWritten(input, reply);
    }

    private static void CheckIdent(ReadOnlySpan<byte> field, string ident)
    {
        Invariant.Holds(
            ident.Length <= field.Length && !ident.Contains('\0', StringComparison.Ordinal),
            "an ident ends with its field or the first NUL");
        Invariant.Holds(
            ident.Length == field.Length || field[ident.Length] == 0, "an ident ends with its field or the first NUL");
        for (int i = 0; i < ident.Length; i++)
        {
            bool isPrintable = field[i] is >= 0x20 and < 0x7f;
            Invariant.Holds(
                ident[i] == (isPrintable ? field[i] : '?'),
                "an ident is the bytes of its field, with question marks for control characters");
        }
    }

    private static void CheckWritten(ReadOnlySpan<byte> input, Reply reply)
    {
        Span<byte> expected = stackalloc byte[HelperDatagram.Size], written = stackalloc byte[HelperDatagram.Size];
        input.CopyTo(expected);
        expected.Slice(HelperDatagram.SecretOffset, sizeof(uint)).Clear(); // the secret in a reply is ignored
        expected[HelperDatagram.IdentOffset..].Clear(); // the ident has its own check, and the MAC is ignored
        new Query(reply.Cookie, Secret: 0, reply.OriginalSource, reply.OriginalDestination).Write(written);
        if (reply.IsFound)
        {
            Reply.WriteFound(written, reply.OriginalSource, reply.OriginalDestination, IdentFormat.None);
        }
        else
        {
            Reply.WriteNotFound(written);
        }

        Invariant.Holds(written.SequenceEqual(expected), "a reply that was read is written with the same bytes");
    }
}
