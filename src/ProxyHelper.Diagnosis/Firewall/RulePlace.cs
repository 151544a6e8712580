using System.Buffers;

namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>Represents where a rule stands, in the words of the tool that shows the rule.</summary>
/// <param name="Tool">The tool that changes the rule: nft, iptables, iptables-nft or iptables-legacy.</param>
/// <param name="Table">The table: "ip mail_gateway" for nft, "nat" for iptables.</param>
/// <param name="Chain">The name of the chain.</param>
internal sealed record RulePlace(string Tool, string Table, string Chain)
{
    /// <summary>The program nft, the only tool whose tables have a family.</summary>
    public const string Nft = "nft";

    private static readonly SearchValues<char> _plain =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./");

    /// <summary>
    /// Gets the command that lists the table. The condition of a rule can be in a chain that jumps to its chain.
    /// </summary>
    public string ListCommand => Tool == Nft ? $"nft list table {Words(Table)}" : $"{Tool} -t {Word(Table)} -S";

    /// <summary>
    /// Returns the command that lets the TCP connections of a sender pass the chain, before any rule of the chain.
    /// </summary>
    /// <param name="sender">The address of the sender, or a range of addresses.</param>
    /// <param name="port">The destination port.</param>
    public string ExceptionCommand(NumberRange sender, ushort port)
    {
        string addresses = sender.ToAddresses();
        string match = sender.IsOne ? $"-s {addresses}" : $"-m iprange --src-range {addresses}";
        return Tool == Nft
            ? $"nft insert rule {Words(Table)} {Word(Chain)} ip saddr {addresses} tcp dport {port} accept"
            : $"{Tool} -t {Word(Table)} -I {Word(Chain)} -p tcp --dport {port} {match} -j ACCEPT";
    }

    /// <summary>Returns the place in words.</summary>
    public override string ToString() => $"table {Table}, chain {Chain}";

    private static string Words(string names) => string.Join(' ', names.Split(' ').Select(Word));

    /// <summary>Returns a name or a path as a word of a shell. A rule set of a stranger may have any name.</summary>
    public static string Word(string name) => name.AsSpan().ContainsAnyExcept(_plain)
        ? $"'{name.Replace("'", @"'\''", StringComparison.Ordinal)}'"
        : name;
}
