using ProxyHelper.Addresses;

namespace ProxyHelper.Relay.Asking;

/// <summary>Represents the end of a query: what the helper replied, or the reason there is no reply.</summary>
/// <param name="Place">The place of the connection.</param>
/// <param name="Failure">The outcome of a connection whose original ends are unknown; null if they are known.</param>
/// <param name="OriginalSource">The original source, if known. No check was made yet.</param>
/// <param name="OriginalDestination">The original destination, if known. No check was made yet.</param>
/// <param name="Ident">The user's name, if known. A terminal can show it.</param>
internal readonly record struct RelayAnswer(
    int Place,
    RelayOutcome? Failure,
    TransportEndPoint OriginalSource = default,
    TransportEndPoint OriginalDestination = default,
    string Ident = "");
