using System.Text;
using ProxyHelper.Addresses;

namespace ProxyHelper.Tests.Tables.Junos;

/// <summary>Prints sessions as Junos does for "show security flow session".</summary>
internal sealed class JunosPrinter(Random random)
{
    private readonly bool _isOld = random.Next(2) == 0;
    private readonly bool _isCluster = random.Next(3) == 0;
    private readonly StringBuilder _text = new();
    private int _line = 1;

    /// <summary>Gets the first and the last line of each session.</summary>
    public List<(int First, int Last)> Lines { get; } = [];

    /// <summary>Prints the brief text.</summary>
    public string Brief(IReadOnlyList<GeneratedConnection> table) => Text(table, row =>
    {
        string comma = _isOld ? string.Empty : random.Next(2) == 0 ? "," : ", ";
        string tag = _isOld ? string.Empty : ", Conn Tag: 0x0";
        string state = _isOld ? row.State! : $"Session State: {row.State}";
        string ha = !_isCluster ? string.Empty : _isOld ? " State: Active," : " HA State: Active,";
        string card = _isOld && _isCluster ? ", CP Session ID: 10000140" : string.Empty;
        Add($"Session ID: {_line}, Policy name: a-b/4,{ha} Timeout: {Seconds(row)}, {state}");
        if (row.Protocol == IPProtocol.Icmp)
        {
            Add(string.Empty);
        }

        Add($"  In: {Opened(row)}{tag}, If: ge-0/0/1.0, Pkts: {row.OriginalPackets}, Bytes: {row.OriginalBytes}"
            + $"{card}{comma}");
        Add($"  Out: {Reply(row)}{tag}, If: .local..7, Pkts: {row.ReplyPackets}, Bytes: {row.ReplyBytes}"
            + $"{card}{comma}");
    });

    /// <summary>Prints the extensive text.</summary>
    public string Extensive(IReadOnlyList<GeneratedConnection> table) => Text(table, row =>
    {
        Add($"Session ID: {_line}, Status: Normal{(_isCluster ? ", State: Backup" : string.Empty)}");
        Add("Flags: 0x42/0x0/0x0/0x2/0x103");
        Add("Policy name: p2/4");
        Add("Source NAT pool: Null, Application: junos-telnet/10");
        Add("Dynamic application: junos:UNKNOWN,");
        Add("Encryption:  No");
        Add("Application traffic control rule-set: INVALID, Rule: INVALID");
        Add($"Maximum timeout: 1800, Current timeout: {Seconds(row)}");
        Add($"Session State: {row.State}");
        Add("Start time: 670184, Duration: 22");
        AddWing("In", Opened(row), row.OriginalPackets, row.OriginalBytes);
        AddWing("Out", Reply(row), row.ReplyPackets, row.ReplyBytes);
    });

    /// <summary>Prints the XML, with a new line after each tag or without any line end.</summary>
    public string Xml(IReadOnlyList<GeneratedConnection> table, bool isOneLine)
    {
        string prefix = random.Next(3) == 0 ? "f:" : string.Empty;
        Add("root@srx> show security flow session | display xml");
        int start = _text.Length;
        AddXml("<rpc-reply xmlns:junos=\"http://xml.juniper.net/junos/23.4R1/junos\">");
        AddXml("<multi-routing-engine-results><multi-routing-engine-item><re-name>node0</re-name>");
        AddXml($"<{prefix}flow-session-information xmlns=\"http://xml.juniper.net/junos/23.4R1/junos-flow\">");
        foreach (GeneratedConnection row in table)
        {
            AddXml($"<{prefix}flow-session junos:style=\"brief\">");
            int first = _line;
            AddXml($"<session-identifier>{first}</session-identifier>");
            AddXml("<session-state>Active</session-state>");
            AddXml("<policy>a &amp; b/4</policy>");
            AddXml($"<timeout>{Seconds(row)}</timeout>");
            AddXml($"<sess-state>{row.State}</sess-state>");
            AddXmlWing("In", row, row.OriginalSource, row.OriginalDestination);
            AddXmlWing("Out", row, row.TranslatedDestination, row.TranslatedSource);
            Lines.Add((first, _line - 1));
            AddXml($"</{prefix}flow-session>");
        }

        AddXml($"</{prefix}flow-session-information>");
        AddXml("</multi-routing-engine-item></multi-routing-engine-results></rpc-reply>");
        if (isOneLine)
        {
            _text.Replace("\n", string.Empty, start, _text.Length - start);
            Lines.Clear();
            Lines.AddRange(table.Select(_ => (2, 2)));
        }

        return _text.ToString();
    }

    private string Text(IReadOnlyList<GeneratedConnection> table, Action<GeneratedConnection> add)
    {
        Add("{primary:node0}");
        Add("root@srx> show security flow session nat    ");
        if (_isCluster)
        {
            Add("node0:");
            Add(new string('-', 74));
            Add("Flow Sessions on FPC0 PIC1:");
            Add(string.Empty);
        }

        foreach (GeneratedConnection row in table)
        {
            if (random.Next(6) == 0)
            {
                AddTunnel();
            }

            int first = _line;
            add(row);
            Lines.Add((first, _line - 1));
            Add(string.Empty);
        }

        Add($"Total sessions: {table.Count}");
        Add(string.Empty);
        Add("root@srx> ");
        return _text.ToString();
    }

    private void AddTunnel()
    {
        Add($"Session ID: {_line}, Policy name: N/A, Timeout: N/A, Valid");
        Add("  In: 2001:db8::2/1 --> 2001:db8::1/1;esp, Conn Tag: 0x0, If: st0.0, Pkts: 0, Bytes: 0,");
        Add(string.Empty);
    }

    private void AddWing(string name, string ends, ulong packets, ulong bytes)
    {
        Add($"   {name}: {ends},");
        Add("  Conn Tag: 0x0, Interface: xe-2/0/0.0,");
        Add("    Session token: 0x7, Flag: 0x1021");
        Add("    Route: 0x110010, Gateway: 4.0.0.1, Tunnel: 0");
        Add("    Port sequence: 0, FIN sequence: 0,");
        Add("    FIN state: 0,");
        Add($"    Pkts: {packets}, Bytes: {bytes}");
    }

    private void AddXmlWing(
        string direction, GeneratedConnection row, TransportEndPoint source, TransportEndPoint destination)
    {
        bool isIn = direction == "In";
        AddXml("<flow-information junos:style=\"brief\">");
        AddXml($"<direction>{direction}</direction>");
        AddXml($"<source-address>{source.Address}</source-address>");
        AddXml($"<source-port>{source.Port}</source-port>");
        AddXml($"<destination-address>{destination.Address}</destination-address>");
        AddXml($"<destination-port>{destination.Port}</destination-port>");
        AddXml($"<protocol>{Name(row)}</protocol>");
        AddXml("<conn-tag>0x0</conn-tag>");
        AddXml($"<pkt-cnt>{(isIn ? row.OriginalPackets : row.ReplyPackets)}</pkt-cnt>");
        AddXml($"<byte-cnt>{(isIn ? row.OriginalBytes : row.ReplyBytes)}</byte-cnt>");
        AddXml("</flow-information>");
    }

    private void AddXml(string line) => Add(new string(' ', random.Next(20)) + line);

    private void Add(string line)
    {
        _text.Append(line).Append('\n');
        _line++;
    }

    private static string Opened(GeneratedConnection row) =>
        $"{End(row.OriginalSource)} --> {End(row.OriginalDestination)};{Name(row)}";

    private static string Reply(GeneratedConnection row) =>
        $"{End(row.TranslatedDestination)} --> {End(row.TranslatedSource)};{Name(row)}";

    private static string End(TransportEndPoint end) => $"{end.Address}/{end.Port}";

    private static string Name(GeneratedConnection row) =>
        row.Protocol == IPProtocol.IcmpV6 ? "icmp6" : row.Protocol.ToString().ToLowerInvariant();

    private static string Seconds(GeneratedConnection row) => $"{row.Timeout.TotalSeconds}";
}
