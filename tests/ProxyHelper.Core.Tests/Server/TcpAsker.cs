using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ProxyHelper.Tests.Server;

/// <summary>Represents a TCP client of the helper.</summary>
internal sealed class TcpAsker : IDisposable
{
    private const int Patience = 60_000; // milliseconds; everything arrives at once unless the machine is busy

    public const string Query = "3527 , 9199\r\n";
    public const string Found = "3527 , 9199 : ORIGIN : 4.1.1.2 : 25 : 10.1.1.1\r\n";
    public const string NotFound = "3527 , 9199 : ERROR : NO-USER\r\n";
    public const string Malformed = "0 , 0 : ERROR : INVALID-PORT\r\n";

    private readonly Socket _socket = new(
        AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = Patience, NoDelay = true };

    /// <summary>Connects from an address.</summary>
    public TcpAsker(string address = "194.0.22.9", string helper = "194.0.1.1")
    {
        _socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
        _socket.Connect(Asker.Helper(helper));
    }

    /// <summary>Sends a query as smtp-gated does.</summary>
    /// <returns>The reply, or an empty text if the helper closed the connection at once.</returns>
    public static string Ask(string query = Query, string address = "194.0.22.9", string helper = "194.0.1.1")
    {
        using var asker = new TcpAsker(address, helper);
        return asker.TrySend(query) ? asker.ReadToEnd() : string.Empty;
    }

    /// <summary>
    /// Sends a text. No SendTimeout is set: with one, .NET reports TimedOut if the other side closes after a part.
    /// </summary>
    public void Send(string text)
    {
        using var patience = new CancellationTokenSource(Patience);
        _socket.SendAsync(Encoding.ASCII.GetBytes(text), patience.Token).AsTask().GetAwaiter().GetResult();
    }

    /// <summary>Sends a text and returns whether the other side is still open.</summary>
    public bool TrySend(string text)
    {
        try
        {
            Send(text);
            return true;
        }
        catch (SocketException failure) when (IsClosed(failure))
        {
            return false;
        }
    }

    public void EndSending() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Ends the connection with a reset.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(enable: true, seconds: 0);
        _socket.Dispose();
    }

    /// <summary>Returns whether bytes or the end arrive within a time.</summary>
    public bool HasEnded(int milliseconds) =>
        _socket.Poll(TimeSpan.FromMilliseconds(milliseconds), SelectMode.SelectRead);

    /// <summary>Returns everything until the other side closes the connection.</summary>
    public string ReadToEnd()
    {
        var text = new StringBuilder();
        byte[] buffer = new byte[1023];
        try
        {
            int length;
            while ((length = _socket.Receive(buffer.AsSpan())) > 0)
            {
                text.Append(Encoding.ASCII.GetString(buffer, 0, length));
            }
        }
        catch (SocketException failure) when (IsClosed(failure))
        {
        }

        return text.ToString();
    }

    public void Dispose() => _socket.Dispose();

    private static bool IsClosed(SocketException failure) =>
        failure.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown;
}
