using System.Net.Sockets;
using System.Text;
using ProxyHelper.Addresses;

namespace ProxyHelper.EndToEnd;

/// <summary>A connection of a user's to a mail server, which the router led into the proxy.</summary>
/// <param name="User">Who opened it.</param>
/// <param name="Server">Whom it was opened to.</param>
/// <param name="Source">Its source as the proxy sees it.</param>
/// <param name="Destination">Its destination as the proxy sees it: the proxy itself.</param>
/// <param name="UserSocket">The user's end.</param>
/// <param name="ProxySocket">The proxy's end.</param>
internal sealed record UserConnection(
    TransportEndPoint User,
    TransportEndPoint Server,
    TransportEndPoint Source,
    TransportEndPoint Destination,
    Socket UserSocket,
    Socket ProxySocket) : IDisposable
{
    /// <summary>Closes both ends, the user's first, and returns when each has seen the other's end.</summary>
    public async Task CloseAsync()
    {
        UserSocket.Shutdown(SocketShutdown.Send);
        await ReadToEndAsync(ProxySocket);
        ProxySocket.Close();
        await ReadToEndAsync(UserSocket);
        UserSocket.Close();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        UserSocket.Dispose();
        ProxySocket.Dispose();
    }

    /// <summary>What comes over a connection until its other end closes it.</summary>
    public static async Task<string> ReadToEndAsync(Socket socket)
    {
        var text = new StringBuilder();
        byte[] buffer = new byte[256];
        int length;
        while ((length = await socket.ReceiveAsync(buffer, Patience.Token())) > 0)
        {
            text.Append(Encoding.ASCII.GetString(buffer, 0, length));
        }

        return text.ToString();
    }
}
