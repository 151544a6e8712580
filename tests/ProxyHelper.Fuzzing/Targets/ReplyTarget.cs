using System.Buffers.Binary;
using ProxyHelper.Protocol;

namespace ProxyHelper.Fuzzing.Targets;

/// <summary>A datagram as it comes to who asks a helper.</summary>
internal sealed class ReplyTarget : IFuzzTarget
{
    /// <inheritdoc/>
    public string Name => "reply";

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        // Its own cookie, so that the rest is read too.
        uint cookie = input.Length < HelperDatagram.SecretOffset
            ? 0
            : BinaryPrimitives.ReadUInt32BigEndian(input[HelperDatagram.CookieOffset..]);
        bool isReply = Reply.TryRead(input, cookie, out Reply reply, out ReplyFault fault);
        Invariant.Holds(isReply == (fault == ReplyFault.None), "what is no reply has a fault");
        Invariant.Holds(!Reply.TryRead(input, ~cookie, out _, out _), "a reply to another query is none to this one");
        if (!isReply)
        {
            Invariant.Holds(reply == default, "of what is no reply nothing is read");
            return;
        }

        Invariant.Holds(!Query.TryRead(input, out _, out _), "no reply is a query");
        CheckIdent(input.Slice(HelperDatagram.IdentOffset, HelperDatagram.IdentSize), reply.Ident);
        CheckWritten(input, reply);
    }

    private static void CheckIdent(ReadOnlySpan<byte> field, string ident)
    {
        Invariant.Holds(
            ident.Length <= field.Length && !ident.Contains('\0', StringComparison.Ordinal),
            "an ident ends with its field or the first NUL");
        Invariant.Holds(ident.Length == field.Length || field[ident.Length] == 0, "an ident ends with its field or the first NUL");
        for (int i = 0; i < ident.Length; i++)
        {
            bool isPrintable = field[i] is >= 0x20 and < 0x7f;
            Invariant.Holds(ident[i] == (isPrintable ? field[i] : '?'), "an ident is its field's bytes, with a question mark for what cannot be shown");
        }
    }

    private static void CheckWritten(ReadOnlySpan<byte> input, Reply reply)
    {
        Span<byte> expected = stackalloc byte[HelperDatagram.Size], written = stackalloc byte[HelperDatagram.Size];
        input.CopyTo(expected);
        expected.Slice(HelperDatagram.SecretOffset, sizeof(uint)).Clear(); // a helper's secret is not looked at
        expected[HelperDatagram.IdentOffset..].Clear(); // the ident is compared by itself, and the MAC is not kept
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
