using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Web;
using ProxyHelper.Addresses;

namespace ProxyHelper.EndToEnd.Resolvers;

/// <summary>
/// Plays the REST service of a MikroTik router: GET /rest/ip/firewall/connection over HTTPS, with a user and a filter.
/// Old versions of RouterOS have address and port in one field, new versions in two.
/// </summary>
internal sealed class MikroTikRouter : IDisposable
{
    private static readonly string _login = Convert.ToBase64String("helper:secret"u8);

    private readonly ConcurrentDictionary<string, MailLookup> _lookups;
    private readonly CancellationTokenSource _end = new();
    private readonly X509Certificate2 _certificate = CreateCertificate();
    private readonly Socket _listener;
    private readonly bool _isOld;
    private int _requests;

    /// <summary>Opens the service on a host.</summary>
    public MikroTikRouter(NetworkHost host, IEnumerable<MailLookup> lookups, bool isOld)
    {
        _isOld = isOld;
        _lookups = new(lookups.Select(lookup => KeyValuePair.Create(lookup.Source.ToString(), lookup)));
        _listener = host.OpenSocket(IPEndPoint.Parse("194.0.1.1:443"), SocketType.Stream);
        _listener.Listen(64);
        _ = AcceptAsync();
    }

    /// <summary>Gets the number of requests with the right user.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>Writes the certificate into a file, as the authority that a client trusts.</summary>
    public void WriteCertificate(string path) => File.WriteAllText(path, _certificate.ExportCertificatePem());

    /// <inheritdoc/>
    public void Dispose()
    {
        _end.Cancel();
        _listener.Dispose();
        _certificate.Dispose();
        _end.Dispose();
    }

    private static X509Certificate2 CreateCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=router", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Parse("194.0.1.1"));
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private async Task AcceptAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                _ = ServeAsync(await _listener.AcceptAsync(_end.Token));
            }
            catch (Exception failure) when (failure is SocketException or OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var stream = new SslStream(new NetworkStream(client, ownsSocket: true));
        try
        {
            await stream.AuthenticateAsServerAsync(_certificate);
            using var reader = new StreamReader(stream, Encoding.ASCII);
            while (await ReadRequestAsync(reader) is var (line, isKnown) && line.Length > 0)
            {
                byte[] body = Encoding.ASCII.GetBytes(isKnown ? Answer(line) : "{\"error\":401}");
                string status = isKnown ? "200 OK" : "401 Unauthorized";
                await stream.WriteAsync(Encoding.ASCII.GetBytes(
                    $"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n"));
                await stream.WriteAsync(body);
            }
        }
        catch (Exception failure) when (failure is IOException or AuthenticationException or OperationCanceledException)
        {
            // The client has gone, or does not trust the certificate.
        }
    }

    private async Task<(string Line, bool IsKnown)> ReadRequestAsync(StreamReader reader)
    {
        string line = await reader.ReadLineAsync(_end.Token) ?? string.Empty;
        bool isKnown = false;
        while (await reader.ReadLineAsync(_end.Token) is { Length: > 0 } header)
        {
            isKnown |= header == $"Authorization: Basic {_login}";
        }

        return (line, isKnown);
    }

    private string Answer(string requestLine)
    {
        Interlocked.Increment(ref _requests);
        var target = new Uri("https://194.0.1.1" + requestLine.Split(' ')[1]);
        System.Collections.Specialized.NameValueCollection filter = HttpUtility.ParseQueryString(target.Query);
        string port = filter["reply-dst-port"] is { } given ? $":{given}" : string.Empty;
        bool isOldQuestion = port.Length == 0;
        string source = filter["reply-dst-address"] + port;
        IEnumerable<string> rows = isOldQuestion == _isOld && _lookups.TryGetValue(source, out MailLookup? lookup)
            ? Rows(lookup)
            : [];
        return $"[{string.Join(",\n", rows)}]";
    }

    private IEnumerable<string> Rows(MailLookup lookup) => lookup.Kind switch
    {
        LookupKind.Redirected => [Row("*1", "tcp", lookup), Row("*2", "tcp", lookup)], // the second one is a mirror
        LookupKind.Ambiguous =>
            [Row("*1", "tcp", lookup), Row("*2", "tcp", lookup with { Server = lookup.Decoy })],
        LookupKind.Half => [Row("*1", "udp", lookup)],
        LookupKind.Other => [Row("*1", "tcp", lookup with { Source = new(lookup.Source.ToIPEndPoint().Address, 9) })],
        _ => [],
    };

    private string Row(string id, string protocol, MailLookup lookup) =>
        $$"""
        {".id":"{{id}}","protocol":"{{protocol}}","tcp-state":"established","timeout":"23h59m50s",
        """
        + string.Join(',', [
            End("src", lookup.User),
            End("dst", lookup.Server),
            End("reply-src", MailLookup.Proxy),
            End("reply-dst", lookup.Source),
        ])
        + "}";

    private string End(string name, TransportEndPoint end) => _isOld
        ? $"\"{name}-address\":\"{end}\""
        : $"\"{name}-address\":\"{end.Address}\",\"{name}-port\":\"{end.Port}\"";
}
