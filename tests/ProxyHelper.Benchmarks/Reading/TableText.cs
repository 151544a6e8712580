namespace ProxyHelper.Benchmarks.Reading;

/// <summary>Describes a text whose reading is measured. The same numbers make the same text.</summary>
/// <param name="Name">The command that prints the text.</param>
/// <param name="LinesPerEntry">The lines of an entry.</param>
/// <param name="MinLinesPerSecond">The promised rate on one processor.</param>
/// <param name="Entry">Makes the lines of an entry from its number and a random number.</param>
internal sealed record TableText(
    string Name, int LinesPerEntry, double MinLinesPerSecond, Func<int, int, string> Entry)
{
    private const int Seed = 114;

    /// <summary>Gets the texts.</summary>
    public static IReadOnlyList<TableText> All { get; } =
    [
        new("conntrack -L", LinesPerEntry: 1, MinLinesPerSecond: 400_000, ConntrackEntry),
        new("pfctl -ss -vv", LinesPerEntry: 4, MinLinesPerSecond: 200_000, PfState),
    ];

    /// <summary>Writes the text to a file.</summary>
    /// <returns>The number of entries.</returns>
    public int Write(string path, int lines)
    {
        using StreamWriter text = File.CreateText(path);
        var random = new Random(Seed);
        int entries = lines / LinesPerEntry;
        for (int number = 0; number < entries; number++)
        {
            text.Write(Entry(number, random.Next()));
        }

        return entries;
    }

    private static string ConntrackEntry(int number, int random)
    {
        string user = User(number);
        int port = Port(random), translated = Port(random / 3), seconds = random % 432_000;
        return (random % 10) switch
        {
            < 6 => $"tcp      6 {seconds} ESTABLISHED src={user} dst=198.51.100.8 sport={port} dport=25 "
                + $"src=203.0.113.9 dst=203.0.113.7 sport=9199 dport={translated} [ASSURED] mark=0 use=1\n",
            < 9 => $"udp      17 {seconds % 180} src={user} dst=198.51.100.53 sport={port} dport=53 [UNREPLIED] "
                + $"src=198.51.100.53 dst=203.0.113.7 sport=53 dport={translated} mark=0 use=1\n",
            _ => $"tcp      6 {seconds % 120} TIME_WAIT src={user} dst=198.51.100.8 sport={port} dport=443 "
                + $"packets=12 bytes=1810 src=198.51.100.8 dst=203.0.113.7 sport=443 dport={translated} "
                + "packets=10 bytes=7612 [ASSURED] mark=0 delta-time=100 use=1\n",
        };
    }

    private static string PfState(int number, int random)
    {
        int port = Port(random), translated = Port(random / 3);
        return $"all tcp 203.0.113.7:{translated} ({User(number)}:{port}) -> 198.51.100.8:25       "
            + "ESTABLISHED:ESTABLISHED\n"
            + "   [2867154323 + 65535] wscale 7  [1421361231 + 64256] wscale 7\n"
            + $"   age 00:12:{random % 60:00}, expires in 23:59:{random % 60:00}, {random % 900}:12 pkts, "
            + "1810:7612 bytes, rule 12\n"
            + $"   id: {number:x16} creatorid: 8a3f21c0\n";
    }

    private static string User(int number) => $"10.{(number >> 16) & 255}.{(number >> 8) & 255}.{number & 255}";

    private static int Port(int random) => 1024 + (random % 64_000);
}
