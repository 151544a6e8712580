using System.Globalization;
using System.Net.Sockets;
using System.Text;
using ProxyHelper.Addresses;

namespace ProxyHelper.Tests.Tables.Pf;

/// <summary>
/// Prints states as pfctl does. The class follows print_state of FreeBSD, OpenBSD and macOS, not the reader.
/// </summary>
internal static class PfPrinter
{
    private const string BeforeState = "       ";

    /// <summary>Prints the lines of a state.</summary>
    /// <param name="state">The state.</param>
    /// <param name="isOld">Whether to print the form of macOS, with up to three hosts and no brackets.</param>
    /// <param name="verbosity">The number of -v options: 0 to 2.</param>
    public static string Print(PrintedState state, bool isOld, int verbosity)
    {
        var text = new StringBuilder();
        _ = text.Append(CultureInfo.InvariantCulture, $"{state.Interface} {state.Protocol} ");
        _ = text.Append(isOld ? OldHosts(state) : NewHosts(state));
        _ = text.Append(CultureInfo.InvariantCulture, $"{BeforeState}{state.State}\n");
        if (verbosity > 0)
        {
            _ = text.Append(state.Protocol == "tcp" ? $"   {state.Sequences}\n" : string.Empty);
            _ = text.Append(
                CultureInfo.InvariantCulture,
                $"   age {Clock(state.Age)}, expires in {Clock(state.Expires)}, "
                + $"{state.OriginalPackets}:{state.ReplyPackets} pkts, "
                + $"{state.OriginalBytes}:{state.ReplyBytes} bytes{state.Flags}\n");
        }

        if (verbosity > 1)
        {
            _ = text.Append(
                CultureInfo.InvariantCulture, $"   id: {state.Id:x16} creatorid: {state.CreatorId:x8}{state.Route}\n");
            _ = text.Append(state.OriginalInterface is { } name ? $"   origif: {name}\n" : string.Empty);
        }

        return text.ToString();
    }

    // The translated host is outside the brackets, and the original host is inside.
    private static string NewHosts(PrintedState state)
    {
        string source = Pair(state, state.TranslatedSource, state.OriginalSource);
        string destination = Pair(
            state, Destination(state, state.TranslatedDestination), Destination(state, state.OriginalDestination));
        string gateway = state.Gateway is null ? string.Empty : $" {{{state.Gateway}}}";
        return state.IsOut ? $"{source} -> {destination}{gateway}"
            : state.TranslatesFamily ? $"{source}{gateway} -> {destination}"
            : $"{destination}{gateway} <- {source}";
    }

    private static TransportEndPoint Destination(PrintedState state, TransportEndPoint end) =>
        state.IsIcmp ? end.WithPort(state.IcmpNumber) : end;

    private static string Pair(PrintedState state, TransportEndPoint translated, TransportEndPoint original)
    {
        string outside = Host(translated, state.TranslatedRdomain);
        bool differs = translated != original || state.OriginalRdomain != state.TranslatedRdomain;
        return differs ? $"{outside} ({Host(original, state.OriginalRdomain)})" : outside;
    }

    private static string Host(TransportEndPoint end, int rdomain)
    {
        string prefix = rdomain == 0 ? string.Empty : string.Create(CultureInfo.InvariantCulture, $"({rdomain}) ");
        return $"{prefix}{end.Address}{Port(end, isShown: end.Port != 0)}";
    }

    private static string OldHosts(PrintedState state)
    {
        string arrow = state.IsOut ? " -> " : " <- ";
        TransportEndPoint inner = state.IsOut ? state.OriginalSource : state.TranslatedDestination;
        TransportEndPoint router = state.IsOut ? state.TranslatedSource : state.OriginalDestination;
        TransportEndPoint outer = state.IsOut ? state.OriginalDestination : state.OriginalSource;
        string first = inner == router ? string.Empty : OldHost(state, inner) + arrow;
        return $"{first}{OldHost(state, router)}{arrow}{OldHost(state, outer)}";
    }

    private static string OldHost(PrintedState state, TransportEndPoint end) =>
        $"{end.Address}{Port(end, isShown: end.Port != 0 || state.IsIcmp)}";

    private static string Port(TransportEndPoint end, bool isShown) =>
        !isShown ? string.Empty
        : end.AddressFamily == AddressFamily.InterNetwork ? $":{end.Port}"
        : $"[{end.Port}]";

    private static string Clock(int seconds) => string.Create(
        CultureInfo.InvariantCulture, $"{seconds / 3600:00}:{seconds / 60 % 60:00}:{seconds % 60:00}");
}
