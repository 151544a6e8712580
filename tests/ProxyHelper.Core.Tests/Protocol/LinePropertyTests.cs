using System.Text;
using CsCheck;
using ProxyHelper.Addresses;
using ProxyHelper.Protocol;
using Xunit;

namespace ProxyHelper.Tests.Protocol;

public sealed class LinePropertyTests
{
    private static readonly Gen<ushort> _port = Gen.UShort[1, ushort.MaxValue];
    private static readonly Gen<LineQuery> _query = Gen.Select(_port, _port, (source, destination) =>
        new LineQuery(source, destination));
    private static readonly Gen<TransportEndPoint> _end = Generators.IPv4EndPoint;
    private static readonly Gen<string> _blanks = Gen.String[Gen.OneOf(Gen.Const(' '), Gen.Const('\t')), 0, 5];

    [Fact]
    public void Any_query_is_read_as_it_was_written() => _query.Sample(
        query =>
        {
            byte[] line = new byte[15];
            int length = query.Write(line);
            return LineQuery.TryRead(line.AsSpan(0, length), out LineQuery read, out _) && read == query;
        },
        iter: 10_000);

    [Fact]
    public void Blanks_around_the_ports_do_not_change_a_query() =>
        Gen.Select(_query, _blanks.Array[4], Gen.Bool).Sample(
            (query, blanks, isPlain) =>
            {
                string source = $"{blanks[0]}{query.SourcePort}{blanks[1]}";
                string destination = $"{blanks[2]}{query.DestinationPort}{blanks[3]}";
                string line = $"{source},{destination}{(isPlain ? "\n" : "\r\n")}";
                return LineQuery.TryRead(Encoding.ASCII.GetBytes(line), out LineQuery read, out _) && read == query;
            },
            iter: 10_000);

    [Fact]
    public void Any_reply_is_read_for_its_own_query_only() =>
        Gen.Select(_query, _query, _end, _end, _port, Gen.Enum<IdentFormat>()).Sample(
            (query, other, source, destination, port, format) =>
            {
                byte[] line = new byte[LineReply.MaxWriteLength];
                TransportEndPoint server = destination.WithPort(port);
                int length = LineReply.WriteFound(line, query, source, server, format);
                string ident = format switch
                {
                    IdentFormat.Address => source.Address,
                    IdentFormat.Endpoint => source.ToString() is { Length: > 20 } text ? text[..20] : source.ToString(),
                    _ => "-",
                };
                return LineReply.TryRead(line.AsSpan(0, length), query, out LineReply reply, out _)
                    && reply == new LineReply(LineError.None, server, ident)
                    && LineReply.TryRead(line.AsSpan(0, length), other, out _, out _) == (other == query);
            },
            iter: 10_000);
}
