using System.Net.Sockets;
using System.Text;
using ProxyHelper.Addresses;

namespace ProxyHelper.EndToEnd;

/// <summary>Represents a connection from a user to a mail server, which the router redirects to the proxy.</summary>
/// <param name="User">The original source.</param>
/// <param name="Server">The original destination.</param>
/// <param name="Source">The translated source.</param>
/// <param name="Destination">The translated destination, which is the proxy.</param>
/// <param name="UserSocket">The socket of the user.</param>
/// <param name="ProxySocket">The socket of the proxy.</param>
internal sealed record UserConnection(
    TransportEndPoint User,
    TransportEndPoint Server,
    TransportEndPoint Source,
    TransportEndPoint Destination,
    Socket UserSocket,
    Socket ProxySocket) : IDisposable
{
    /// <summary>Closes both sockets, the user's first. Returns when each side has read the end of the stream.</summary>
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

    /// <summary>Reads until the other side closes the connection.</summary>
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
