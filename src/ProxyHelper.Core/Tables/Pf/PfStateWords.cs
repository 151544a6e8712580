using System.Collections.Frozen;
using ProxyHelper.Addresses;

namespace ProxyHelper.Tables.Pf;

/// <summary>
/// Checks the words for the states of both ends: "ESTABLISHED:CLOSED", "0:0", or a word of pf for a whole state. No
/// word is the beginning of another word, so that a cut word is noticed.
/// </summary>
internal static class PfStateWords
{
    private const string BadStart = "<BAD STATE LEVELS ";

    // tcpstates (netinet/tcp_fsm.h), and PFUDPS_NAMES, PFOTHERS_NAMES, PFGRE1S_NAMES and PFESPS_NAMES (net/pfvar.h).
    private static readonly FrozenSet<string> _states = FrozenSet.Create(
        "CLOSED", "LISTEN", "SYN_SENT", "SYN_RCVD", "ESTABLISHED", "CLOSE_WAIT", "FIN_WAIT_1", "CLOSING", "LAST_ACK",
        "FIN_WAIT_2", "TIME_WAIT", "NO_TRAFFIC", "SINGLE", "MULTIPLE", "INITIATING");

    // sctp_state_name in pfctl of FreeBSD.
    private static readonly FrozenSet<string> _sctpStates = FrozenSet.Create(
        "CLOSED", "BOUND", "LISTEN", "COOKIE_WAIT", "COOKIE_ECHOED", "ESTABLISHED", "SHUTDOWN_SENT",
        "SHUTDOWN_RECEIVED", "SHUTDOWN_ACK_SENT", "SHUTDOWN_PENDING", "NO_TRAFFIC", "SINGLE", "MULTIPLE", "?");

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _stateLookup =
        _states.GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _sctpLookup =
        _sctpStates.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Returns a value indicating whether pfctl prints these words after the hosts.</summary>
    public static bool AreValid(ReadOnlySpan<char> words, IPProtocol? protocol)
    {
        if (words is "PROXY:SRC" or "PROXY:DST")
        {
            return true;
        }

        if (words.StartsWith(BadStart, StringComparison.Ordinal))
        {
            return words[^1] == '>' && IsPair(words[BadStart.Length..^1], protocol, isNumeric: true);
        }

        return IsPair(words, protocol, isNumeric: false);
    }

    private static bool IsPair(ReadOnlySpan<char> words, IPProtocol? protocol, bool isNumeric)
    {
        int colon = words.IndexOf(':');
        if (colon < 0)
        {
            return false;
        }

        ReadOnlySpan<char> left = words[..colon];
        ReadOnlySpan<char> right = words[(colon + 1)..];
        return (NumberText.TryRead(left, out byte _) && NumberText.TryRead(right, out byte _))
            || (!isNumeric && IsState(left, protocol) && IsState(right, protocol));
    }

    private static bool IsState(ReadOnlySpan<char> word, IPProtocol? protocol) =>
        protocol == IPProtocol.Sctp ? _sctpLookup.Contains(word) : _stateLookup.Contains(word);
}
