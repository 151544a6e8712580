using System.Text;
using ProxyHelper.Linux;
using ProxyHelper.Simulation.Kernel;

namespace ProxyHelper.Simulation.Network;

/// <summary>Represents a TCP connection: the helper's socket, and what its client does.</summary>
internal sealed class TcpConversation : SimulatedSocket
{
    private readonly TcpOracle _oracle;
    private readonly List<byte> _arrived = [];
    private readonly List<byte> _read = [];
    private bool _hasEnded;
    private bool _isReset;
    private bool _isLineRead;

    /// <summary>Makes a connection that waits to be accepted.</summary>
    public TcpConversation(World world, TcpOracle oracle, Peer client, uint localAddress, byte[] line)
        : base(world)
    {
        _oracle = oracle;
        Client = client;
        LocalAddress = localAddress;
        Line = line;
        ArrivedAt = world.Now;
    }

    /// <summary>Gets the address of the client.</summary>
    public Peer Client { get; }

    /// <summary>Gets the address of this host that the client connected to.</summary>
    public uint LocalAddress { get; }

    /// <summary>Gets what the client sends.</summary>
    public byte[] Line { get; }

    /// <summary>Gets what the helper has read.</summary>
    public string Read => Encoding.ASCII.GetString([.. _read]);

    /// <summary>Gets the time at which the kernel had the connection.</summary>
    public TimeSpan ArrivedAt { get; }

    /// <summary>Gets or sets the time at which the helper gave the connection a place, or null.</summary>
    public TimeSpan? OpenedAt { get; set; }

    /// <summary>Gets or sets whether the reply was sent.</summary>
    public bool IsAnswered { get; set; }

    /// <summary>Gets whether the line or its end has arrived, so that the helper can answer.</summary>
    public bool IsComplete => !_isReset && (_hasEnded || _isLineRead || _arrived.Contains((byte)'\n'));

    /// <summary>Gets or sets whether the connection broke, so that no reply can be sent.</summary>
    public bool IsBroken { get; set; }

    /// <summary>Gets whether the client keeps the connection open after the reply.</summary>
    public bool StaysOpen { get; init; }

    public override bool IsReady => _arrived.Count > 0 || _hasEnded || _isReset;

    /// <summary>Lets bytes arrive.</summary>
    public void Arrive(ReadOnlySpan<byte> bytes) => _arrived.AddRange(bytes);

    /// <summary>Lets the client end sending.</summary>
    public void End() => _hasEnded = true;

    /// <summary>Lets the client reset the connection.</summary>
    public void Reset() => _isReset = true;

    public override bool TryReceive(Span<byte> buffer, out int received)
    {
        World.Call();
        received = 0;
        if (_isReset)
        {
            IsBroken = true;
            throw new LinuxException("receive from a connection", (Errno)104); // ECONNRESET
        }

        if (_arrived.Count == 0 && !_hasEnded)
        {
            return false;
        }

        received = Math.Min(buffer.Length, _arrived.Count);
        received = received > 1 && World.Chance.OnceIn(10) ? World.Chance.Between(1, received) : received;
        _arrived[..received].ToArray().CopyTo(buffer);
        _isLineRead |= buffer[..received].Contains((byte)'\n') || received == 0 || received == buffer.Length;
        _read.AddRange(_arrived[..received]);
        _arrived.RemoveRange(0, received);
        if (_isLineRead && !IsAnswered)
        {
            _oracle.BeginAnswer(this);
        }

        return true;
    }

    public override void Send(ReadOnlySpan<byte> bytes, string name)
    {
        if (_isReset || World.Chance.OnceIn(_oracle.FaultOnceIn))
        {
            IsBroken = true;
            IsAnswered = true; // counted before the send
            _oracle.BreakReply(this);
            throw new LinuxException("send a reply", (Errno)32); // EPIPE
        }

        _oracle.Reply(this, Encoding.ASCII.GetString(bytes));
        if (!StaysOpen)
        {
            World.At(World.Now + TimeSpan.FromMilliseconds(World.Chance.Below(20)), End);
        }
    }

    public override void EndSending() => World.Call();

    public override void ReadLocalAddress(Span<byte> address) => new Peer(LocalAddress, 114).Write(address);

    protected override bool ReleaseHandle()
    {
        _oracle.Close(this);
        return base.ReleaseHandle();
    }
}

/// <summary>Represents the socket that accepts connections, with its queue in the kernel.</summary>
internal sealed class TcpListener(World world, TcpOracle oracle) : SimulatedSocket(world)
{
    private readonly Queue<TcpConversation> _waiting = [];

    public override bool IsReady => _waiting.Count > 0;

    /// <summary>Gets the connections that wait to be accepted.</summary>
    public IReadOnlyCollection<TcpConversation> Waiting => _waiting;

    /// <summary>Lets a connection arrive.</summary>
    public void Arrive(TcpConversation conversation)
    {
        World.Trace.Add(World.Now, "connection", conversation.Client);
        _waiting.Enqueue(conversation);
    }

    public override void ReadLocalAddress(Span<byte> address) => new Peer(Places.Router, 114).Write(address);

    public override LinuxSocket? Accept(Span<byte> peer)
    {
        oracle.BeginAccept();
        World.Call();
        if (_waiting.Count == 0)
        {
            return null;
        }

        if (World.Chance.OnceIn(4 * oracle.FaultOnceIn))
        {
            oracle.FailAccept();
            throw new LinuxException("accept a connection", Errno.EMFILE);
        }

        TcpConversation accepted = _waiting.Dequeue();
        accepted.Client.Write(peer);
        return accepted;
    }
}
