using System.Buffers;
using System.Net;
using System.Text;

namespace ProxyHelper.Daemon.Metrics;

/// <summary>
/// Represents what a server of one resource needs to know about a request: the status of the response, and whether the
/// response has a body. The parser follows RFC 9112.
/// </summary>
/// <param name="Status">The status of the response.</param>
/// <param name="IsHead">Whether the method is HEAD. Then the response has no body.</param>
internal readonly record struct HttpRequest(HttpStatusCode Status, bool IsHead)
{
    /// <summary>The largest size of a request line with its headers.</summary>
    public const int MaxSize = 8192;

    // tchar (RFC 9110, 5.6.2)
    private static readonly SearchValues<byte> _tokenBytes = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    private static readonly SearchValues<byte> _controls = SearchValues.Create(
        [.. Enumerable.Range(0, 32).Where(value => value != '\t').Select(value => (byte)value), 127]);

    // All that is visible in ASCII, except for the fragment's #, which a client does not send.
    private static readonly SearchValues<byte> _targetBytes = SearchValues.Create(
        [.. Enumerable.Range('!', '~' - '!' + 1).Where(value => value != '#').Select(value => (byte)value)]);

    // The characters of a name and a port, and those of an IPv6 address in brackets (RFC 3986, 3.2.2).
    private static readonly SearchValues<byte> _hostBytes = SearchValues.Create(
        "-._~%!$&'()*+;=:[]0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    private static readonly string[] _otherMethods = ["POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];

    /// <summary>Reads a request.</summary>
    /// <param name="received">The bytes that have arrived.</param>
    /// <returns>The request, or null if the end of its headers has not arrived.</returns>
    public static HttpRequest? TryRead(ReadOnlySpan<byte> received)
    {
        ReadOnlySpan<byte> request = received.TrimStart("\r\n"u8); // empty lines before a request are ignored
        int end = FindEnd(request);
        if (end >= 0)
        {
            return Read(request[..end]);
        }

        return received.Length < MaxSize ? null
            : request.Contains((byte)'\n') ? new HttpRequest(HttpStatusCode.RequestHeaderFieldsTooLarge, IsHead: false)
            : new HttpRequest(HttpStatusCode.RequestUriTooLong, IsHead: false);
    }

    /// <summary>Returns the place behind the last header, before the empty line. A line may end without CR.</summary>
    private static int FindEnd(ReadOnlySpan<byte> request)
    {
        for (int start = 0; ; )
        {
            int line = request[start..].IndexOf((byte)'\n');
            if (line < 0)
            {
                return -1;
            }

            start += line + 1;
            if (request[start..].StartsWith("\n"u8) || request[start..].StartsWith("\r\n"u8))
            {
                return start;
            }
        }
    }

    private static HttpRequest Read(ReadOnlySpan<byte> head)
    {
        ReadOnlySpan<byte> line = TakeLine(ref head);
        int first = line.IndexOf((byte)' '), last = line.LastIndexOf((byte)' ');
        ReadOnlySpan<byte> method = line[..Math.Max(0, first)];
        bool isHead = method.SequenceEqual("HEAD"u8);
        if (first <= 0 || last == first || method.ContainsAnyExcept(_tokenBytes))
        {
            return new HttpRequest(HttpStatusCode.BadRequest, isHead);
        }

        ReadOnlySpan<byte> target = line[(first + 1)..last], version = line[(last + 1)..];
        if (version is not [(byte)'H', (byte)'T', (byte)'T', (byte)'P', (byte)'/', >= (byte)'0' and <= (byte)'9',
            (byte)'.', >= (byte)'0' and <= (byte)'9'])
        {
            return new HttpRequest(HttpStatusCode.BadRequest, isHead);
        }

        bool isSupported = version[5] == (byte)'1', needsHost = version[7] != (byte)'0';
        HttpStatusCode status = !isSupported ? HttpStatusCode.HttpVersionNotSupported
            : !AreValid(head, needsHost) ? HttpStatusCode.BadRequest
            : StatusOf(method, target);
        return new HttpRequest(status, isHead);
    }

    private static HttpStatusCode StatusOf(ReadOnlySpan<byte> method, ReadOnlySpan<byte> target)
    {
        bool isRead = method.SequenceEqual("GET"u8) || method.SequenceEqual("HEAD"u8);
        if (!isRead && !_otherMethods.Contains(Encoding.ASCII.GetString(method)))
        {
            return HttpStatusCode.NotImplemented;
        }

        if (!isRead && (method.SequenceEqual("CONNECT"u8) || target.SequenceEqual("*"u8)))
        {
            return HttpStatusCode.MethodNotAllowed; // these requests have no path
        }

        return PathOf(target) switch
        {
            null => HttpStatusCode.BadRequest,
            "/metrics" or "/" => isRead ? HttpStatusCode.OK : HttpStatusCode.MethodNotAllowed,
            _ => HttpStatusCode.NotFound,
        };
    }

    /// <summary>Returns the path of a target such as /metrics?x=1 or http://router:9114/metrics.</summary>
    /// <returns>The path without escapes, or null if the target is not valid.</returns>
    private static string? PathOf(ReadOnlySpan<byte> target)
    {
        if (target.ContainsAnyExcept(_targetBytes))
        {
            return null;
        }

        string text = Encoding.ASCII.GetString(target);
        const string scheme = "http://";
        if (text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
        {
            int path = text.AsSpan(scheme.Length).IndexOfAny('/', '?');
            string authority = path < 0 ? text[scheme.Length..] : text.Substring(scheme.Length, path);
            text = path < 0 ? string.Empty : text[(scheme.Length + path)..];
            text = !IsHost(authority) ? "?" : text.StartsWith('/') ? text : $"/{text}";
        }

        return text.StartsWith('/') ? Uri.UnescapeDataString(text.Split('?')[0]) : null;
    }

    /// <summary>Returns whether a text is a host with or without a port, such as router:9114.</summary>
    private static bool IsHost(string text)
    {
        int colon = text.LastIndexOf(':');
        int end = colon > text.LastIndexOf(']') ? colon : text.Length;
        return end > 0 && !Encoding.ASCII.GetBytes(text).AsSpan().ContainsAnyExcept(_hostBytes)
            && !text.AsSpan(Math.Min(end + 1, text.Length)).ContainsAnyExceptInRange('0', '9')
            && text.AsSpan(0, end) is ['[', .., ']'] == text.AsSpan().ContainsAny('[', ']')
            && (text[0] == '[' || !text.AsSpan(0, end).Contains(':'));
    }

    private static bool AreValid(ReadOnlySpan<byte> headers, bool needsHost)
    {
        int hosts = 0;
        byte[]? length = null;
        while (headers.Length > 0)
        {
            ReadOnlySpan<byte> line = TakeLine(ref headers);
            int colon = line.IndexOf((byte)':');
            if (colon <= 0 || line[..colon].ContainsAnyExcept(_tokenBytes) || line.ContainsAny(_controls))
            {
                return false;
            }

            ReadOnlySpan<byte> value = line[(colon + 1)..].Trim(" \t"u8);
            if (Ascii.EqualsIgnoreCase(line[..colon], "Host"u8))
            {
                hosts++;
                if (value.Length > 0 && !IsHost(Encoding.Latin1.GetString(value)))
                {
                    return false;
                }
            }
            else if (Ascii.EqualsIgnoreCase(line[..colon], "Content-Length"u8))
            {
                if (value.Length == 0 || value.ContainsAnyExceptInRange((byte)'0', (byte)'9')
                    || (length is not null && !value.SequenceEqual(length)))
                {
                    return false;
                }

                length = value.ToArray();
            }
        }

        return hosts == 1 || (hosts == 0 && !needsHost);
    }

    private static ReadOnlySpan<byte> TakeLine(ref ReadOnlySpan<byte> rest)
    {
        int end = rest.IndexOf((byte)'\n');
        ReadOnlySpan<byte> line = rest[..end];
        rest = rest[(end + 1)..];
        return line.EndsWith("\r"u8) ? line[..^1] : line;
    }
}
