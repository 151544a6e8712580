using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace ProxyHelper.TestSupport.Relay;

/// <summary>
/// Represents a connection of a user of <see cref="RelayNetwork"/> to a server, over which the user sends requests.
/// </summary>
internal sealed class WebUser : IDisposable
{
    private readonly Stream _stream;

    private WebUser(IPEndPoint source, IPEndPoint server, Stream stream)
    {
        Source = source;
        Server = server;
        _stream = stream;
    }

    /// <summary>Gets the original source.</summary>
    public IPEndPoint Source { get; }

    /// <summary>Gets the original destination.</summary>
    public IPEndPoint Server { get; }

    /// <summary>Gets the original ends in the form of the logs of docs/relay.md.</summary>
    public string Ends => $"{Source} -> {Server}";

    /// <summary>Gets the issuer of the certificate that the user got, or null without TLS.</summary>
    public string? Issuer => (_stream as SslStream)?.RemoteCertificate?.Issuer;

    /// <summary>Connects a user to a server.</summary>
    /// <param name="network">The hosts.</param>
    /// <param name="source">The address and port of the user.</param>
    /// <param name="server">The server.</param>
    /// <param name="isEncrypted">Whether the user begins TLS.</param>
    public static async Task<WebUser> ConnectAsync(
        RelayNetwork network, IPEndPoint source, IPEndPoint server, bool isEncrypted)
    {
        Socket socket = network.Users.OpenSocket(source, SocketType.Stream);
        Stream? stream = null;
        try
        {
            await socket.ConnectAsync(server, Patience.Token());
            stream = new NetworkStream(socket, ownsSocket: true);
            if (isEncrypted)
            {
                var encrypted = new SslStream(stream, leaveInnerStreamOpen: false, (_, seen, _, _) => seen is not null);
                stream = encrypted;
                var options = new SslClientAuthenticationOptions { TargetHost = "server.example" };
                await encrypted.AuthenticateAsClientAsync(options, Patience.Token());
            }

            return new WebUser(source, server, stream);
        }
        catch
        {
            stream?.Dispose();
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends a request and returns the reply, which names the server and repeats the request.</summary>
    /// <param name="host">The Host header.</param>
    /// <param name="isLast">Whether the connection ends after the reply.</param>
    public async Task<string> GetAsync(string host, bool isLast = true)
    {
        string end = isLast ? "Connection: close\r\n\r\n" : "\r\n";
        string request = $"GET /{Source.Port} HTTP/1.1\r\nHost: {host}\r\n{end}";
        await _stream.WriteAsync(Encoding.ASCII.GetBytes(request), Patience.Token());
        var reply = new StringBuilder();
        byte[] buffer = new byte[4096];
        int length;
        while (!IsComplete(reply.ToString()) && (length = await _stream.ReadAsync(buffer, Patience.Token())) > 0)
        {
            reply.Append(Encoding.ASCII.GetString(buffer, 0, length));
        }

        return reply.ToString();
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private static bool IsComplete(string reply)
    {
        const string field = "content-length: ";
        int body = reply.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        int start = reply.IndexOf(field, StringComparison.OrdinalIgnoreCase);
        return body >= 0 && start >= 0 && start < body
            && reply.Length - body - 4 >= int.Parse(reply[(start + field.Length)..].Split('\r')[0], null);
    }
}
