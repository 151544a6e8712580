using System.Net;
using System.Net.Sockets;
using System.Text;
using ProxyHelper.Relay;
using ProxyHelper.TestSupport;

namespace ProxyHelper.Tests.Diagnosis.Relay;

/// <summary>
/// Represents a target of a relay that takes one connection, reads what was sent to it first, and does what a test
/// says. It works in the network namespace of the thread that makes it.
/// </summary>
internal sealed class ScriptedTarget : IDisposable
{
    private readonly Socket _listener;
    private readonly TaskCompletionSource<byte[]> _header = new();
    private readonly Task _script;

    /// <summary>Starts a target.</summary>
    /// <param name="script">What the target does with the connection, after it has read the header.</param>
    /// <param name="path">The path of a Unix socket, or null for a port of 127.0.0.1.</param>
    public ScriptedTarget(Action<Socket> script, string? path = null)
    {
        EndPoint local = path is null ? new IPEndPoint(IPAddress.Loopback, 0) : new UnixDomainSocketEndPoint(path);
        _listener = path is null
            ? new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
            : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _listener.Bind(local);
        _listener.Listen();
        Target = path is null ? RelayTarget.At((IPEndPoint)_listener.LocalEndPoint!) : RelayTarget.At(path);
        _script = ServeAsync(script);
    }

    /// <summary>Gets the target.</summary>
    public RelayTarget Target { get; }

    /// <summary>Gets what was sent first. The target may read it after the check has ended.</summary>
    public byte[] Header => _header.Task.WaitAsync(Patience.Token()).GetAwaiter().GetResult();

    /// <summary>Gets the destination in a header of version 2 with IPv4 addresses.</summary>
    public IPEndPoint Destination => End(Header, 20, 26);

    /// <summary>Gets the source in a header of version 2 with IPv4 addresses.</summary>
    public IPEndPoint Source => End(Header, 16, 24);

    /// <summary>Gets a header of version 1.</summary>
    public string Line => Encoding.ASCII.GetString(Header);

    /// <summary>Resets a connection.</summary>
    public static void Reset(Socket connection) => connection.Close(0);

    /// <summary>Waits until the other side has closed the connection.</summary>
    public static void Wait(Socket connection) => connection.Poll(-1, SelectMode.SelectRead);

    /// <summary>Sends a text, and waits until the other side has closed the connection.</summary>
    public static void Say(Socket connection, string text)
    {
        connection.Send(Encoding.ASCII.GetBytes(text));
        Wait(connection);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _listener.Dispose();
        _script.Wait(Patience.Token());
    }

    private static IPEndPoint End(byte[] header, int address, int port) =>
        new(new IPAddress(header.AsSpan(address, 4)), (header[port] << 8) | header[port + 1]);

    private async Task ServeAsync(Action<Socket> script)
    {
        try
        {
            using Socket connection = await _listener.AcceptAsync(CancellationToken.None).ConfigureAwait(false);
            byte[] buffer = new byte[1024];
            int count = await connection.ReceiveAsync(buffer, SocketFlags.None).ConfigureAwait(false);
            _header.SetResult(buffer[..count]);
            script(connection);
        }
        catch (SocketException)
        {
            // The test has ended without a connection.
        }
        catch (ObjectDisposedException)
        {
            // The test has ended without a connection.
        }
    }
}
