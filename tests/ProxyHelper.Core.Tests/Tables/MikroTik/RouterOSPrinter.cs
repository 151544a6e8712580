using System.Globalization;
using System.Text;
using ProxyHelper.Addresses;

namespace ProxyHelper.Tests.Tables.MikroTik;

/// <summary>Prints connections as RouterOS does.</summary>
internal sealed class RouterOSPrinter(Random random)
{
    private static readonly string[] _marks = ["no-mark", "via wan=1", "a=b c=d", "to:25", "x  y"];

    /// <summary>Prints "print detail": lines of a width, or one line for each connection without a width.</summary>
    public string Detail(IReadOnlyList<GeneratedConnection> table, bool isOldForm, int? width)
    {
        var text = new StringBuilder();
        text.Append("Flags: E - expected, S - seen-reply, A - assured, C - confirmed, D - dying, F - fasttrack, ");
        text.Append(width is null ? string.Empty : "\n").Append("s - srcnat, d - dstnat \n");
        for (int number = 0; number < table.Count; number++)
        {
            string start = string.Create(CultureInfo.InvariantCulture, $"{number,2} {Flags()} ");
            string comment = random.Next(8) == 0 ? ";;; user=10.1.1.1 src-address=none\n            " : string.Empty;
            Wrap(text, start + comment, Properties(table[number], isOldForm, hasGroups: true), width);
            text.Append('\n');
        }

        return text.ToString();
    }

    /// <summary>Prints "print terse": one line for each connection.</summary>
    public string Terse(IReadOnlyList<GeneratedConnection> table, bool isOldForm)
    {
        var text = new StringBuilder();
        for (int number = 0; number < table.Count; number++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{number} {Flags()} ");
            text.AppendJoin(
                ' ', Properties(table[number], isOldForm, hasGroups: true).Select(pair => $"{pair.Name}={pair.Value}"));
            text.Append('\n');
        }

        return text.ToString();
    }

    /// <summary>Prints the JSON of REST, or of a program that reads the API.</summary>
    public string Json(IReadOnlyList<GeneratedConnection> table, bool isOldForm, bool isIndented)
    {
        string line = isIndented ? "\n" : string.Empty;
        string indent = isIndented ? "    " : string.Empty;
        IEnumerable<string> rows = table.Select((row, number) =>
        {
            List<(string Name, string Value)> properties = Properties(row, isOldForm, hasGroups: false);
            properties.Insert(0, (".id", string.Create(CultureInfo.InvariantCulture, $"*{number:X}")));
            properties.Add(("assured", random.Next(2) == 0 ? "true" : "no"));
            properties.Add(("comment", "quote \\\" brace } bracket ] \\u00e9 \\\\"));
            return $"{indent}{{{line}" + string.Join(
                $",{line}", properties.Select(pair => $"{indent}{indent}\"{pair.Name}\": {Quote(pair)}"))
                + $"{line}{indent}}}";
        });
        return $"[{line}{string.Join($",{line}", rows)}{line}]\n";
    }

    // Some programs write numbers and truth values without quotation marks.
    private string Quote((string Name, string Value) pair) =>
        random.Next(2) == 0 && (ulong.TryParse(pair.Value, out _) || pair.Value is "true")
            ? pair.Value
            : $"\"{pair.Value}\"";

    private static void Wrap(
        StringBuilder text, string start, IEnumerable<(string Name, string Value)> properties, int? width)
    {
        int column = start.Length - (start.LastIndexOf('\n') + 1);
        text.Append(start);
        foreach (string word in properties.SelectMany(pair => $"{pair.Name}={pair.Value}".Split(' ')))
        {
            if (width is { } max && column + word.Length > max)
            {
                text.Append('\n').Append(' ', 12);
                column = 12;
            }

            text.Append(word).Append(' ');
            column += word.Length + 1;
        }

        text.Append('\n');
    }

    private List<(string Name, string Value)> Properties(GeneratedConnection row, bool isOldForm, bool hasGroups)
    {
        List<(string Name, string Value)> properties = [("protocol", Name(row.Protocol))];
        AddEnd(properties, "src", row.OriginalSource, row, isOldForm);
        AddEnd(properties, "dst", row.OriginalDestination, row, isOldForm);
        AddEnd(properties, "reply-src", row.TranslatedDestination, row, isOldForm);
        AddEnd(properties, "reply-dst", row.TranslatedSource, row, isOldForm);
        if (random.Next(2) == 0)
        {
            properties.Add(("connection-mark", _marks[random.Next(_marks.Length)]));
        }

        if (row.State is { } state)
        {
            properties.Add(("tcp-state", state));
        }

        properties.Add(("timeout", Time(row.Timeout)));
        properties.Add(("orig-packets", Counter(row.OriginalPackets, hasGroups)));
        properties.Add(("orig-bytes", Counter(row.OriginalBytes, hasGroups)));
        properties.Add(("orig-fasttrack-packets", Counter(1234567, hasGroups)));
        properties.Add(("repl-packets", Counter(row.ReplyPackets, hasGroups)));
        properties.Add(("repl-bytes", Counter(row.ReplyBytes, hasGroups)));
        properties.Add(("orig-rate", "6.4kbps"));
        properties.Add(("later-property", "1"));
        return properties;
    }

    private static void AddEnd(
        List<(string Name, string Value)> properties,
        string name,
        TransportEndPoint end,
        GeneratedConnection row,
        bool isOldForm)
    {
        bool isInside = isOldForm && row.HasPorts && !row.IsIPv6;
        string port = end.Port.ToString(CultureInfo.InvariantCulture);
        properties.Add(($"{name}-address", isInside ? $"{end.Address}:{port}" : end.Address));
        if (row.HasPorts && !isInside)
        {
            properties.Add(($"{name}-port", port));
        }
    }

    private string Flags()
    {
        char Or(char flag) => random.Next(2) == 0 ? flag : ' ';
        return $"{Or('E')}{Or('S')}{Or('A')}{Or('C')}{Or('D')} {Or('F')}{Or('s')}{Or('d')}";
    }

    private static string Name(IPProtocol protocol) => protocol switch
    {
        IPProtocol.IcmpV6 => "icmpv6",
        _ => protocol.ToString().ToLowerInvariant(),
    };

    private static string Counter(ulong counter, bool hasGroups) => hasGroups
        ? counter.ToString("#,0", CultureInfo.InvariantCulture).Replace(',', ' ')
        : counter.ToString(CultureInfo.InvariantCulture);

    private static string Time(TimeSpan time)
    {
        var text = new StringBuilder();
        void Add(int count, char unit)
        {
            if (count > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"{count}{unit}");
            }
        }

        Add(time.Days / 7, 'w');
        Add(time.Days % 7, 'd');
        Add(time.Hours, 'h');
        Add(time.Minutes, 'm');
        Add(time.Seconds, 's');
        return text.Length == 0 ? "0s" : text.ToString();
    }
}
