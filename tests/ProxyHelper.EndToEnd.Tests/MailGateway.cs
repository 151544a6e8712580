using System.Net;
using System.Net.Sockets;
using System.Text;
using ProxyHelper.Addresses;

namespace ProxyHelper.EndToEnd;

/// <summary>Represents the listening socket of the proxy and the connections of the users.</summary>
internal sealed class MailGateway : IDisposable
{
    private static readonly IPEndPoint _address = IPEndPoint.Parse("194.0.22.9:9199");

    private readonly RouterNetwork _network;
    private readonly Socket _listener;
    private readonly List<UserConnection> _connections = [];

    public MailGateway(RouterNetwork network)
    {
        _network = network;
        _listener = network.Proxy.OpenSocket(_address, SocketType.Stream);
        _listener.Listen(128);
    }

    /// <summary>Opens one connection.</summary>
    public async Task<UserConnection> OpenAsync(string user, string server) => (await OpenAsync([(user, server)]))[0];

    /// <summary>
    /// Opens connections from users to servers at the same time and returns them in the order of the arguments. Port 0
    /// is any port.
    /// </summary>
    public async Task<UserConnection[]> OpenAsync(params (string User, string Server)[] calls)
    {
        // Each user sends its source and destination over the connection. A reply of the helper must agree with them.
        Task<Socket>[] users = [.. calls.Select(
            call => ConnectAsync(IPEndPoint.Parse(call.User), IPEndPoint.Parse(call.Server)))];
        var arrived = new Dictionary<string, Socket>();
        foreach (string _ in calls.Select(call => call.User))
        {
            Socket socket = await _listener.AcceptAsync(Patience.Token());
            arrived.Add(await ReadLineAsync(socket), socket);
        }

        var connections = new List<UserConnection>();
        foreach (Socket user in await Task.WhenAll(users))
        {
            Socket proxy = arrived[Introduction(user)];
            connections.Add(new UserConnection(
                EndPoint(user.LocalEndPoint),
                EndPoint(user.RemoteEndPoint),
                EndPoint(proxy.RemoteEndPoint),
                EndPoint(proxy.LocalEndPoint),
                user,
                proxy));
        }

        _connections.AddRange(connections);
        return [.. connections];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _connections.ForEach(connection => connection.Dispose());
        _listener.Dispose();
    }

    private static TransportEndPoint EndPoint(EndPoint? endPoint) => TransportEndPoint.Parse(endPoint!.ToString()!);

    private static string Introduction(Socket user) => $"{user.LocalEndPoint} calls {user.RemoteEndPoint}";

    private async Task<Socket> ConnectAsync(IPEndPoint user, IPEndPoint server)
    {
        Socket socket = _network.User.OpenSocket(user, SocketType.Stream);
        await socket.ConnectAsync(server, Patience.Token());
        await socket.SendAsync(Encoding.ASCII.GetBytes($"{Introduction(socket)}\n"), Patience.Token());
        return socket;
    }

    private static async Task<string> ReadLineAsync(Socket socket)
    {
        var line = new StringBuilder();
        byte[] letter = new byte[1]; // single bytes, so that the data after the line stays in the socket
        while (await socket.ReceiveAsync(letter, Patience.Token()) == 1 && letter[0] != '\n')
        {
            line.Append((char)letter[0]);
        }

        return line.ToString();
    }
}
