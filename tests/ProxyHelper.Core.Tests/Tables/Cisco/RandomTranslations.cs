using System.Globalization;
using ProxyHelper.Addresses;

namespace ProxyHelper.Tests.Tables.Cisco;

/// <summary>Makes random translations. The same seed always makes the same translations.</summary>
internal sealed class RandomTranslations(int seed)
{
    private readonly Random _random = new(seed);

    /// <summary>Makes a translation.</summary>
    public PrintedTranslation Next() => _random.Next(10) switch
    {
        0 => Finish("---", null, End(false), End(false), null, null),
        1 => Finish("tcp", IPProtocol.Tcp, End(true), End(true), null, null),
        2 => Finish(_random.Next(2) == 0 ? "---" : "any", null, null, null, End(false), End(false)),
        3 => NextIcmp(),
        4 => Finish("gre", IPProtocol.Gre, End(false), End(false), End(false), End(false)),
        5 or 6 => NextPublished(),
        7 => Finish("udp", IPProtocol.Udp, End(true), End(true), End(true), End(true)),
        _ => Finish("tcp", IPProtocol.Tcp, End(true), End(true), End(true), End(true)),
    };

    private PrintedTranslation NextIcmp()
    {
        ushort inner = (ushort)_random.Next(65536);
        ushort outer = (ushort)_random.Next(65536);
        return Finish(
            "icmp", IPProtocol.Icmp, End(outer), End(inner), End(inner), End(outer));
    }

    // A service that the outside can reach, of which the static row may be in the table.
    private PrintedTranslation NextPublished()
    {
        TransportEndPoint global = TransportEndPoint.Parse($"203.0.113.9:{_random.Next(80, 84)}");
        TransportEndPoint local = new(TransportEndPoint.Parse("192.168.1.1:1").IPAddress, global.Port);
        TransportEndPoint client = End(true);
        return _random.Next(3) == 0
            ? Finish("tcp", IPProtocol.Tcp, global, local, null, null)
            : Finish("tcp", IPProtocol.Tcp, global, local, client, client);
    }

    private PrintedTranslation Finish(
        string name,
        IPProtocol? protocol,
        TransportEndPoint? insideGlobal,
        TransportEndPoint? insideLocal,
        TransportEndPoint? outsideLocal,
        TransportEndPoint? outsideGlobal) => new()
        {
            Name = name,
            Protocol = protocol,
            InsideGlobal = insideGlobal,
            InsideLocal = insideLocal,
            OutsideLocal = outsideLocal,
            OutsideGlobal = outsideGlobal,
            Domain = _random.Next(4) == 0 ? string.Create(CultureInfo.InvariantCulture, $"v{_random.Next(3)}") : null,
            Age = _random.Next(400_000),
            Left = outsideLocal is null ? null : _random.Next(400_000),
            Id = _random.Next(),
            Flags = outsideLocal is null ? "static, extended, extendable" : "extended, timing-out",
            HasHeading = _random.Next(8) == 0,
        };

    private TransportEndPoint End(bool hasPort) => End((ushort)(hasPort ? _random.Next(1, 65536) : 0));

    private TransportEndPoint End(ushort port)
    {
        byte[] address = new byte[4];
        _random.NextBytes(address);
        return TransportEndPoint.FromBytes(address, port);
    }
}
