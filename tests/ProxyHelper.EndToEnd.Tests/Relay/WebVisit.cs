using System.Net;

namespace ProxyHelper.EndToEnd.Relay;

/// <summary>Represents a connection of a user to a server, and what the user got.</summary>
/// <param name="Source">The original source.</param>
/// <param name="Server">The original destination.</param>
/// <param name="Issuer">The issuer of the server's certificate, or null without TLS.</param>
/// <param name="Reply">The reply, whose body begins with the server that sent it.</param>
internal sealed record WebVisit(IPEndPoint Source, IPEndPoint Server, string? Issuer, string Reply)
{
    /// <summary>Gets the original ends in the form of the logs.</summary>
    public string Ends => $"{Source} -> {Server}";

    /// <summary>Gets whether the reply is from the server that the user called, and about the user's request.</summary>
    public bool IsFromServer => Body.StartsWith($"{Server}\nGET /{Source.Port} ", StringComparison.Ordinal);

    /// <summary>Gets whether the server learned the user's address from a header of the proxy.</summary>
    public bool NamesUser =>
        Body.Contains($"X-Forwarded-For: {Source.Address}\r\n", StringComparison.OrdinalIgnoreCase);

    private string Body => Reply[(Reply.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
}
