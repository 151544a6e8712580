using System.Text;
using ProxyHelper.Addresses;

namespace ProxyHelper.Tests.Tables.Conntrack;

/// <summary>Prints entries as the conntrack tool and the kernel do.</summary>
internal sealed class ConntrackPrinter(Random random)
{
    private readonly StringBuilder _text = new();

    /// <summary>Prints "conntrack -L", or /proc/net/nf_conntrack.</summary>
    public string Lines(IReadOnlyList<GeneratedConnection> table)
    {
        bool isProc = random.Next(2) == 0;
        foreach (GeneratedConnection row in table)
        {
            string family = !isProc ? string.Empty : row.IsIPv6 ? "ipv6     10 " : "ipv4     2 ";
            Add($"{family}{Name(row),-8} {(byte)row.Protocol} {Seconds(row)} {State(row)}");
            Add($"{Direction(row, row.OriginalSource, row.OriginalDestination, isReply: false)} ");
            Add($"packets={row.OriginalPackets} bytes={row.OriginalBytes} ");
            Add($"{Direction(row, row.TranslatedDestination, row.TranslatedSource, isReply: true)} ");
            Add($"packets={row.ReplyPackets} bytes={row.ReplyBytes} [ASSURED] mark=0 zone=0 use=2\n");
        }

        Add($"conntrack v1.4.7 (conntrack-tools): {table.Count} flow entries have been shown.\n");
        return _text.ToString();
    }

    /// <summary>Prints "conntrack -L -o save".</summary>
    public string Save(IReadOnlyList<GeneratedConnection> table)
    {
        foreach (GeneratedConnection row in table)
        {
            Add($"-A -t {Seconds(row)} -u SEEN_REPLY,ASSURED -s {row.OriginalSource.Address} ");
            Add($"-d {row.OriginalDestination.Address} ");
            Add($"{Option(row.OriginalDestination, row.TranslatedDestination, "-g", "-r")} ");
            Add($"{Option(row.OriginalSource, row.TranslatedSource, "-n", "-q")} -p {Name(row)}");
            Add($"{SavePorts(row)}\n");
        }

        return _text.ToString();
    }

    /// <summary>Prints "conntrack -L -o xml", with a flow on each line, or with each flow on several lines.</summary>
    public string Xml(IReadOnlyList<GeneratedConnection> table)
    {
        string line = random.Next(2) == 0 ? "\n  " : string.Empty;
        Add("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<conntrack>\n");
        foreach (GeneratedConnection row in table)
        {
            Add($"<flow>{line}<meta direction=\"original\">");
            AddXml(row, row.OriginalSource, row.OriginalDestination, (row.OriginalPackets, row.OriginalBytes), line);
            Add($"</meta>{line}<meta direction=\"reply\">");
            AddXml(row, row.TranslatedDestination, row.TranslatedSource, (row.ReplyPackets, row.ReplyBytes), line);
            string state = row.State is null ? string.Empty : $"<state>{State(row).Trim()}</state>";
            Add($"</meta>{line}<meta direction=\"independent\">{state}<timeout>{Seconds(row)}</timeout>{line}");
            Add($"<mark>0</mark><use>1</use><id>1</id><assured/></meta>{line}</flow>\n");
        }

        Add("</conntrack>\n");
        return _text.ToString();
    }

    private void AddXml(
        GeneratedConnection row,
        TransportEndPoint source,
        TransportEndPoint destination,
        (ulong Packets, ulong Bytes) counters,
        string line)
    {
        Add($"<layer3 protonum=\"{(row.IsIPv6 ? 10 : 2)}\" protoname=\"x\">{line}<src>{source.Address}</src>");
        Add($"<dst>{destination.Address}</dst></layer3>{line}");
        Add($"<layer4 protonum=\"{(byte)row.Protocol}\" protoname=\"unknown\">");
        if (row.HasPorts)
        {
            Add($"<sport>{source.Port}</sport><dport>{destination.Port}</dport>");
        }

        Add($"</layer4><counters><packets>{counters.Packets}</packets>{line}");
        Add($"<bytes>{counters.Bytes}</bytes></counters>");
    }

    private static string Option(
        TransportEndPoint original, TransportEndPoint translated, string translatedName, string name) =>
        $"{(original.Address == translated.Address ? name : translatedName)} {translated.Address}";

    private static string SavePorts(GeneratedConnection row)
    {
        string state = row.State is null ? string.Empty : $" --state {State(row).Trim()}";
        return row.Protocol switch
        {
            IPProtocol.Icmp => " --icmp-type 8 --icmp-code 0 --icmp-id 0",
            IPProtocol.IcmpV6 => " --icmpv6-type 128 --icmpv6-code 0 --icmpv6-id 0",
            IPProtocol.Gre => " --srckey 0 --dstkey 0 --reply-key-src 0 --reply-key-dst 0",
            _ => $" --sport {row.OriginalSource.Port} --dport {row.OriginalDestination.Port} "
                + $"--reply-port-src {row.TranslatedDestination.Port} "
                + $"--reply-port-dst {row.TranslatedSource.Port}{state}",
        };
    }

    private static string Direction(
        GeneratedConnection row, TransportEndPoint source, TransportEndPoint destination, bool isReply)
    {
        string ends = $"src={source.Address} dst={destination.Address}";
        return row.Protocol switch
        {
            IPProtocol.Icmp => $"{ends} type={(isReply ? 0 : 8)} code=0 id=0",
            IPProtocol.IcmpV6 => $"{ends} type={(isReply ? 129 : 128)} code=0 id=0",
            IPProtocol.Gre => $"{ends} srckey=0x0 dstkey=0x0",
            _ => $"{ends} sport={source.Port} dport={destination.Port}",
        };
    }

    private static string State(GeneratedConnection row) => row.State switch
    {
        null => string.Empty,
        "time-wait" => "TIME_WAIT ",
        _ => "ESTABLISHED ",
    };

    private static string Name(GeneratedConnection row) => row.Protocol.ToString().ToLowerInvariant();

    private static string Seconds(GeneratedConnection row) => $"{row.Timeout.TotalSeconds}";

    private void Add(string text) => _text.Append(text);
}
