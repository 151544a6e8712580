using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ProxyHelper.TestSupport.Relay;

/// <summary>
/// Represents the servers of <see cref="RelayNetwork"/>: HTTP and HTTPS on the ports 80 and 443 of both addresses. A
/// reply says which server sent it, and what the request was.
/// </summary>
internal sealed class WebServers : IDisposable
{
    private const byte TlsHandshake = 0x16; // the first byte of a TLS connection

    private readonly List<Socket> _listeners = [];
    private readonly X509Certificate2 _certificate = MakeCertificate();
    private long _requests;

    private WebServers()
    {
    }

    /// <summary>Gets the ports of each server.</summary>
    public static IReadOnlyList<int> Ports { get; } = [80, 443];

    /// <summary>Gets the address and port of each server.</summary>
    public static IReadOnlyList<IPEndPoint> EndPoints { get; } =
    [
        .. from address in RelayNetwork.ServerAddresses
           from port in Ports
           select new IPEndPoint(IPAddress.Parse(address), port),
    ];

    /// <summary>Gets the number of requests that the servers answered.</summary>
    public long Requests => Interlocked.Read(ref _requests);

    /// <summary>Starts the servers.</summary>
    public static WebServers Start(RelayNetwork network)
    {
        var servers = new WebServers();
        foreach (IPEndPoint endPoint in EndPoints)
        {
            Socket listener = network.Servers.OpenSocket(endPoint, SocketType.Stream);
            servers._listeners.Add(listener);
            listener.Listen(1000);
            _ = servers.AcceptAsync(listener);
        }

        return servers;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _listeners.ForEach(listener => listener.Dispose());
        _certificate.Dispose();
    }

    private static X509Certificate2 MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=server.example", key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private async Task AcceptAsync(Socket listener)
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await listener.AcceptAsync());
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The test has ended.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            await using Stream stream = await OpenAsync(socket);
            for (bool keepAlive = true; keepAlive && await ReadRequestAsync(stream) is { Length: > 0 } request;)
            {
                keepAlive = !request.Contains("Connection: close", StringComparison.OrdinalIgnoreCase);
                string body = $"{socket.LocalEndPoint}\n{request}";
                string head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nCache-Control: no-store\r\n"
                    + $"Connection: {(keepAlive ? "keep-alive" : "close")}\r\nContent-Length: {body.Length}\r\n\r\n";
                Interlocked.Increment(ref _requests);
                await stream.WriteAsync(Encoding.ASCII.GetBytes(head + body));
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            // The client reset the connection.
        }
    }

    /// <summary>Returns the stream of a connection: TLS if the client begins a TLS connection.</summary>
    private async Task<Stream> OpenAsync(Socket socket)
    {
        Stream plain = new NetworkStream(socket, ownsSocket: true);
        byte[] first = new byte[1];
        if (await socket.ReceiveAsync(first, SocketFlags.Peek) == 0 || first[0] != TlsHandshake)
        {
            return plain;
        }

        var encrypted = new SslStream(plain);
        await encrypted.AuthenticateAsServerAsync(_certificate);
        return encrypted;
    }

    /// <summary>Returns the lines of a request, or nothing at the end of the stream.</summary>
    private static async Task<string> ReadRequestAsync(Stream stream)
    {
        var request = new StringBuilder();
        byte[] buffer = new byte[4096];
        int length;
        while ((length = await stream.ReadAsync(buffer)) > 0)
        {
            request.Append(Encoding.ASCII.GetString(buffer, 0, length));
            if (buffer.AsSpan(0, length).EndsWith("\r\n\r\n"u8))
            {
                return request.ToString();
            }
        }

        return string.Empty;
    }
}
