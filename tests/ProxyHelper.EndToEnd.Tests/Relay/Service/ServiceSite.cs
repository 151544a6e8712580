using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using ProxyHelper.TestSupport.Relay;
using Xunit;

namespace ProxyHelper.EndToEnd.Relay.Service;

/// <summary>
/// Represents the hosts of a relay with a helper on the router. The test takes the part of the users and of the proxy.
/// </summary>
internal sealed class ServiceSite : IDisposable
{
    private const int HeaderStart = 16; // bytes of a header of version 2 before the ends

    private readonly PublishedDaemon _daemon;
    private readonly RunningProgram _helper;
    private readonly Socket _proxy;
    private readonly string _folder = Directory.CreateTempSubdirectory("proxy-helper-relay-").FullName;

    private ServiceSite(PublishedDaemon daemon, RelayNetwork network, RunningProgram helper)
    {
        _daemon = daemon;
        Network = network;
        _helper = helper;
        _proxy = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _proxy.Bind(new UnixDomainSocketEndPoint(SocketPath));
        File.SetUnixFileMode(_folder, (UnixFileMode)0b111_101_101); // the relay can run as another user
        File.SetUnixFileMode(SocketPath, (UnixFileMode)0b110_110_110);
        _proxy.Listen();
    }

    /// <summary>Gets the hosts.</summary>
    public RelayNetwork Network { get; }

    /// <summary>Gets the proxy as the option --to names it.</summary>
    public string Target => $"unix:{SocketPath}";

    private string SocketPath => Path.Combine(_folder, "proxy.sock");

    /// <summary>Creates the hosts and starts the helper.</summary>
    public static async Task<ServiceSite> StartAsync(PublishedDaemon daemon)
    {
        var network = RelayNetwork.Create();
        try
        {
            return new ServiceSite(daemon, network, await RelayPrograms.StartHelperAsync(network, daemon));
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>Starts the relay and waits until it accepts connections.</summary>
    public Task<RunningProgram> StartRelayAsync(params string[] arguments) =>
        RelayPrograms.StartRelayAsync(Network, _daemon, Target, arguments);

    /// <summary>Starts "proxy-helper relay" on the proxy's host with these arguments only, and does not wait.</summary>
    public RunningProgram Begin(params string[] arguments)
    {
        string program = _daemon.Program;
        return Network.Proxy.Run(() => RunningProgram.Start(program, ["relay", .. arguments]));
    }

    /// <summary>Connects a user to a server. NAT leads the connection to the relay.</summary>
    public async Task<Socket> ConnectAsync(int port = 80)
    {
        Socket user = Network.Users.OpenSocket(IPEndPoint.Parse("10.1.1.1:0"), SocketType.Stream);
        await user.ConnectAsync(IPEndPoint.Parse($"4.1.1.1:{port}"), Patience.Token());
        return user;
    }

    /// <summary>Accepts a connection of the relay, and reads its header.</summary>
    public async Task<(Socket Connection, string Source, string Destination)> AcceptAsync()
    {
        Socket connection = await _proxy.AcceptAsync(Patience.Token());
        byte[] start = await ReadAsync(connection, HeaderStart);
        byte[] rest = await ReadAsync(connection, BinaryPrimitives.ReadUInt16BigEndian(start.AsSpan(14)));
        return (connection, EndPointAt(0, 8), EndPointAt(4, 10));

        string EndPointAt(int address, int port) => new IPEndPoint(
            new IPAddress(rest.AsSpan(address, 4)), BinaryPrimitives.ReadUInt16BigEndian(rest.AsSpan(port))).ToString();
    }

    /// <summary>Connects a user, and accepts the connection of the relay.</summary>
    public async Task<(Socket User, Socket Proxy)> RelayOneAsync(int port = 80)
    {
        Socket user = await ConnectAsync(port);
        (Socket proxy, string source, string destination) = await AcceptAsync();
        Assert.Equal(($"{user.LocalEndPoint}", $"4.1.1.1:{port}"), (source, destination));
        return (user, proxy);
    }

    /// <summary>Sends bytes both ways, and expects them on the other side.</summary>
    public static async Task AssertRelaysAsync(Socket user, Socket proxy)
    {
        foreach ((Socket from, Socket to) in ((Socket, Socket)[])[(user, proxy), (proxy, user)])
        {
            byte[] bytes = Guid.NewGuid().ToByteArray();
            await from.SendAsync(bytes, Patience.Token());
            Assert.Equal(bytes, await ReadAsync(to, bytes.Length));
        }
    }

    /// <summary>Connects a user, and expects that the connection is reset, at once or later.</summary>
    public async Task AssertRefusesAsync(int port)
    {
        Socket user = Network.Users.OpenSocket(IPEndPoint.Parse("10.1.1.1:0"), SocketType.Stream);
        SocketException failure = await Assert.ThrowsAsync<SocketException>(async () =>
        {
            await user.ConnectAsync(IPEndPoint.Parse($"4.1.1.1:{port}"), Patience.Token());
            await user.ReceiveAsync(new byte[1], Patience.Token());
        });
        Assert.Equal(SocketError.ConnectionReset, failure.SocketErrorCode);
    }

    /// <summary>Expects that a connection is reset.</summary>
    public static async Task AssertResetAsync(Socket socket)
    {
        SocketException failure = await Assert.ThrowsAsync<SocketException>(
            async () => await socket.ReceiveAsync(new byte[1], Patience.Token()));
        Assert.Equal(SocketError.ConnectionReset, failure.SocketErrorCode);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _helper.Dispose();
        _proxy.Dispose();
        Directory.Delete(_folder, recursive: true);
        Network.Dispose();
    }

    private static async Task<byte[]> ReadAsync(Socket socket, int length)
    {
        byte[] bytes = new byte[length];
        for (int read = 0; read < length;)
        {
            int received = await socket.ReceiveAsync(bytes.AsMemory(read), Patience.Token());
            Assert.NotEqual(0, received);
            read += received;
        }

        return bytes;
    }
}
