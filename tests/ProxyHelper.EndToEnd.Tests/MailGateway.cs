using System.Net;
using System.Net.Sockets;
using System.Text;
using ProxyHelper.Addresses;

namespace ProxyHelper.EndToEnd;

/// <summary>The proxy's listening socket, and the users' connections that arrive at it.</summary>
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
    /// Opens connections from users to servers, all at once, and returns them in the order that they were given. A user's port of 0
    /// is any.
    /// </summary>
    public async Task<UserConnection[]> OpenAsync(params (string User, string Server)[] calls)
    {
        // Each user tells the proxy over the connection who it is and whom it wants: this is what an answer must agree with.
        Task<Socket>[] users = [.. calls.Select(call => CallAsync(IPEndPoint.Parse(call.User), IPEndPoint.Parse(call.Server)))];
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

    private async Task<Socket> CallAsync(IPEndPoint user, IPEndPoint server)
    {
        Socket socket = _network.User.OpenSocket(user, SocketType.Stream);
        await socket.ConnectAsync(server, Patience.Token());
        await socket.SendAsync(Encoding.ASCII.GetBytes($"{Introduction(socket)}\n"), Patience.Token());
        return socket;
    }

    private static async Task<string> ReadLineAsync(Socket socket)
    {
        var line = new StringBuilder();
        byte[] letter = new byte[1]; // one by one, so that nothing after the line is taken
        while (await socket.ReceiveAsync(letter, Patience.Token()) == 1 && letter[0] != '\n')
        {
            line.Append((char)letter[0]);
        }

        return line.ToString();
    }
}
