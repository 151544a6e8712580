using System.Globalization;
using System.Net;
using System.Text;

namespace ProxyHelper.Daemon.Metrics;

/// <summary>Writes responses of HTTP/1.1. The server closes the connection after each response.</summary>
internal static class HttpResponse
{
    /// <summary>Returns the bytes of a response.</summary>
    /// <param name="request">The request.</param>
    /// <param name="counters">Returns the counters. It is called only for the status 200.</param>
    public static byte[] Write(HttpRequest request, Func<string> counters)
    {
        (string reason, string body) = request.Status switch
        {
            HttpStatusCode.OK => ("OK", counters()),
            HttpStatusCode.NotFound => ("Not Found", "The counters are at /metrics.\n"),
            HttpStatusCode.MethodNotAllowed => ("Method Not Allowed", "Use GET or HEAD.\n"),
            HttpStatusCode.NotImplemented => ("Not Implemented", "Use GET or HEAD.\n"),
            HttpStatusCode.RequestTimeout => ("Request Timeout", "The request is not complete.\n"),
            HttpStatusCode.RequestUriTooLong => ("URI Too Long", "The request line is too long.\n"),
            HttpStatusCode.RequestHeaderFieldsTooLarge =>
                ("Request Header Fields Too Large", "The headers are too long.\n"),
            HttpStatusCode.HttpVersionNotSupported => ("HTTP Version Not Supported", "Use HTTP/1.1 or HTTP/1.0.\n"),
            _ => ("Bad Request", "The request is not a valid HTTP request.\n"),
        };
        string type = request.Status == HttpStatusCode.OK ? "text/plain; version=0.0.4; charset=utf-8" : "text/plain";
        string allow = request.Status == HttpStatusCode.MethodNotAllowed ? "Allow: GET, HEAD\r\n" : string.Empty;
        string head = string.Create(
            CultureInfo.InvariantCulture,
            $"HTTP/1.1 {(int)request.Status} {reason}\r\nDate: {DateTimeOffset.UtcNow:r}\r\nContent-Type: {type}\r\n"
            + $"Content-Length: {body.Length}\r\n{allow}Connection: close\r\n\r\n");
        return Encoding.ASCII.GetBytes(request.IsHead ? head : head + body);
    }
}
