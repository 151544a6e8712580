using System.Net;
using System.Text;
using CsCheck;
using Xunit;

namespace ProxyHelper.Daemon.Metrics;

/// <summary>Tests requests in the words of RFC 9110 and RFC 9112.</summary>
[Trait("Promise", "metrics-clients")]
public sealed class HttpRequestTests
{
    private static readonly Gen<string> _word = Gen.OneOf(
        Gen.OneOf("GET", "HEAD", "POST", " ", "/metrics", "/", "?", "http://router", "*", "HTTP/1.1", "\r\n"),
        Gen.OneOf("Host", ":", "router", "\n", "\t", "\0", "Content-Length", "1", "%6d", "#", "\r\n\r\n", "x", "é"),
        Gen.String);

    [Theory]
    [InlineData(200, "GET /metrics HTTP/1.1\r\nHost: router\r\n\r\n")]
    [InlineData(200, "GET / HTTP/1.1\r\nHost: router:9114\r\n\r\n")]
    [InlineData(200, "HEAD /metrics HTTP/1.1\r\nHost: router\r\n\r\n")]
    [InlineData(200, "GET /metrics?collect[]=queries&x=/other HTTP/1.1\r\nHost: router\r\n\r\n")]
    [InlineData(200, "GET /metrics? HTTP/1.1\r\nHost: router\r\n\r\n")]
    [InlineData(200, "GET /?x HTTP/1.1\r\nHost: router\r\n\r\n")]
    [InlineData(200, "GET /%6Detrics HTTP/1.1\r\nHost: router\r\n\r\n")]
    [InlineData(200, "GET http://router:9114/metrics HTTP/1.1\r\nHost: router:9114\r\n\r\n")]
    [InlineData(200, "GET HTTP://[::1]:9114/metrics?x=1 HTTP/1.1\r\nHost: [::1]:9114\r\n\r\n")]
    [InlineData(200, "GET http://router HTTP/1.1\r\nHost: router\r\n\r\n")]
    [InlineData(200, "GET http://router?x HTTP/1.1\r\nHost: router\r\n\r\n")]
    [InlineData(200, "GET /metrics HTTP/1.0\r\n\r\n")] // HTTP/1.0 has no Host
    [InlineData(200, "GET /metrics HTTP/1.0\r\nHost: router\r\n\r\n")]
    [InlineData(200, "GET /metrics HTTP/1.9\r\nHost: router\r\n\r\n")]
    [InlineData(200, "GET /metrics HTTP/1.1\r\nhOST:router\r\nACCEPT: */*\r\nx-empty:\r\n\r\n")]
    [InlineData(200, "GET /metrics HTTP/1.1\r\nHost:\r\n\r\n")]
    [InlineData(200, "\r\n\r\nGET /metrics HTTP/1.1\r\nHost: router\r\n\r\n")]
    [InlineData(200, "GET /metrics HTTP/1.1\nHost: router\n\n")]
    [InlineData(200, "GET /metrics HTTP/1.1\r\nHost: router\r\nX: \té\r\n\r\n")]
    [InlineData(200, "GET /metrics HTTP/1.1\r\nHost: router\r\nContent-Length: 3\r\n\r\nabc")]
    [InlineData(200, "GET /metrics HTTP/1.1\r\nHost: router\r\n\r\nPOST / HTTP/1.1\r\n\r\n")] // a second request
    [InlineData(404, "GET /metric HTTP/1.1\r\nHost: router\r\n\r\n")]
    [InlineData(404, "GET /metrics/ HTTP/1.1\r\nHost: router\r\n\r\n")]
    [InlineData(404, "GET //metrics HTTP/1.1\r\nHost: router\r\n\r\n")]
    [InlineData(404, "GET /Metrics HTTP/1.1\r\nHost: router\r\n\r\n")]
    [InlineData(404, "POST http://router/other HTTP/1.1\r\nHost: router\r\n\r\n")]
    [InlineData(405, "POST /metrics HTTP/1.1\r\nHost: router\r\nContent-Length: 0\r\n\r\n")]
    [InlineData(405, "DELETE /metrics?x HTTP/1.1\r\nHost: router\r\n\r\n")]
    [InlineData(501, "get /metrics HTTP/1.1\r\nHost: router\r\n\r\n")] // methods have a case
    [InlineData(501, "BREW /metrics HTTP/1.1\r\nHost: router\r\n\r\n")]
    [InlineData(501, "BREW /other HTTP/1.1\r\nHost: router\r\n\r\n")]
    [InlineData(405, "PATCH /metrics HTTP/1.1\r\nHost: router\r\n\r\n")]
    [InlineData(200, "GET /metrics HTTP/1.1\r\nHost: r\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n")]
    [InlineData(400, "GET /metrics HTTP/1.1\r\nHost: r\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\n")]
    [InlineData(400, "GET http://:/metrics HTTP/1.1\r\nHost: router\r\n\r\n")]
    [InlineData(400, "GET http://:9114/metrics HTTP/1.1\r\nHost: router\r\n\r\n")]
    [InlineData(400, "GET http://router:x/metrics HTTP/1.1\r\nHost: router\r\n\r\n")]
    [InlineData(400, "GET http://user@router/metrics HTTP/1.1\r\nHost: router\r\n\r\n")]
    [InlineData(200, "GET http://router:/metrics HTTP/1.1\r\nHost: router:\r\n\r\n")]
    [InlineData(400, "GET /metrics HTTP/1.1\r\nHost: a\"<>b\r\n\r\n")]
    [InlineData(400, "GET /metrics HTTP/1.1\r\nHost: :9114\r\n\r\n")]
    [InlineData(400, "GET /metrics HTTP/1.1\r\nHost: a:b:1\r\n\r\n")]
    [InlineData(400, "GET /metrics HTTP/1.1\r\nHost: a]:1\r\n\r\n")]
    [InlineData(400, "GET /metrics HTTP/1.1\r\nHost: [::1\r\n\r\n")]
    [InlineData(400, "GET /metrics HTTP/1.1\r\nHost: routér\r\n\r\n")]
    [InlineData(200, "GET /metrics HTTP/1.1\r\nHost: a_b.example:9114\r\n\r\n")]
    [InlineData(405, "OPTIONS * HTTP/1.1\r\nHost: router\r\n\r\n")]
    [InlineData(405, "CONNECT router:25 HTTP/1.1\r\nHost: router\r\n\r\n")]
    [InlineData(400, "GET /metrics HTTP/1.1\r\n\r\n")]
    [InlineData(400, "GET /metrics HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n")]
    [InlineData(400, "GET /metrics HTTP/1.1\r\nHost: a, b\r\n\r\n")]
    [InlineData(400, "GET /metrics HTTP/1.1\r\nHost : router\r\n\r\n")]
    [InlineData(400, "GET /metrics HTTP/1.1\r\n Host: router\r\n\r\n")]
    [InlineData(400, "GET /metrics HTTP/1.1\r\nHost: router\r\nX: a\r\n folded\r\n\r\n")]
    [InlineData(400, "GET /metrics HTTP/1.1\r\nHost: router\r\nno colon\r\n\r\n")]
    [InlineData(400, "GET /metrics HTTP/1.1\r\nHost: router\r\nX: a\0b\r\n\r\n")]
    [InlineData(400, "GET /metrics HTTP/1.1\r\nHost: router\r\nX: a\rb\r\n\r\n")]
    [InlineData(400, "GET /metrics HTTP/1.1\r\nHost: router\r\nContent-Length: +3\r\n\r\n")]
    [InlineData(400, "GET /metrics HTTP/1.1\r\nHost: router\r\nContent-Length: 3, 3\r\n\r\n")]
    [InlineData(400, "GET /metrics\r\n\r\n")] // HTTP/0.9
    [InlineData(400, "GET  /metrics HTTP/1.1\r\nHost: router\r\n\r\n")]
    [InlineData(400, "GET /metrics  HTTP/1.1\r\nHost: router\r\n\r\n")]
    [InlineData(400, "GET /metrics HTTP/1.1 \r\nHost: router\r\n\r\n")]
    [InlineData(400, "GET /met rics HTTP/1.1\r\nHost: router\r\n\r\n")]
    [InlineData(400, "GET /metrics http/1.1\r\nHost: router\r\n\r\n")]
    [InlineData(400, "GET /metrics HTTP/11\r\nHost: router\r\n\r\n")]
    [InlineData(400, "GET metrics HTTP/1.1\r\nHost: router\r\n\r\n")]
    [InlineData(400, "GET * HTTP/1.1\r\nHost: router\r\n\r\n")]
    [InlineData(400, "GET /metrics#x HTTP/1.1\r\nHost: router\r\n\r\n")]
    [InlineData(400, "GET http:///metrics HTTP/1.1\r\nHost: router\r\n\r\n")]
    [InlineData(400, "GET ftp://router/metrics HTTP/1.1\r\nHost: router\r\n\r\n")]
    [InlineData(400, "G(T /metrics HTTP/1.1\r\nHost: router\r\n\r\n")]
    [InlineData(400, " GET /metrics HTTP/1.1\r\nHost: router\r\n\r\n")]
    [InlineData(400, "x\r\n\r\n")]
    [InlineData(505, "GET /metrics HTTP/2.0\r\nHost: router\r\n\r\n")]
    [InlineData(505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")]
    public void A_request_has_the_status_of_the_standard(int status, string text)
    {
        HttpRequest? request = HttpRequest.TryRead(Encoding.UTF8.GetBytes(text));

        Assert.Equal((HttpStatusCode)status, request?.Status);
        Assert.Equal(text.TrimStart().StartsWith("HEAD ", StringComparison.Ordinal), request?.IsHead);
    }

    [Fact]
    public void A_part_of_a_request_is_not_answered()
    {
        byte[] request = "\r\nGET /metrics HTTP/1.1\r\nHost: router\r\nAccept: */*\r\n\r\n"u8.ToArray();
        for (int length = 0; length < request.Length; length++)
        {
            Assert.Null(HttpRequest.TryRead(request.AsSpan(0, length)));
        }

        Assert.Equal(HttpStatusCode.OK, HttpRequest.TryRead(request)?.Status);
    }

    [Fact]
    public void A_request_that_is_too_long_says_which_part()
    {
        string line = new('x', HttpRequest.MaxSize);
        Assert.Equal(
            HttpStatusCode.RequestUriTooLong, HttpRequest.TryRead(Encoding.ASCII.GetBytes($"GET /{line}"))?.Status);
        Assert.Equal(
            HttpStatusCode.RequestHeaderFieldsTooLarge,
            HttpRequest.TryRead(Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: router\r\nX: {line}"))?.Status);
        Assert.Equal(
            HttpStatusCode.RequestUriTooLong,
            HttpRequest.TryRead(Encoding.ASCII.GetBytes(new string('\n', HttpRequest.MaxSize)))?.Status);
    }

    [Fact]
    public void Any_bytes_are_a_request_or_wait_for_more() => _word.List[0, 30].Sample(
        words =>
        {
            byte[] bytes = Encoding.UTF8.GetBytes(string.Concat(words));
            bool isLong = bytes.Length >= HttpRequest.MaxSize;
            return HttpRequest.TryRead(bytes) is { } request
                ? Enum.IsDefined(request.Status) && (int)request.Status is 200 or >= 400 and <= 505
                : !isLong;
        },
        iter: 20_000);
}
