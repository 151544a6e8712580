using ProxyHelper.Linux;
using ProxyHelper.Netlink;
using ProxyHelper.Simulation.Network;

namespace ProxyHelper.Simulation.Kernel;

/// <summary>
/// Takes the place of the kernel at the other end of the netlink sockets. It answers as Linux does, and also as Linux
/// does under memory pressure, and as no Linux should.
/// </summary>
internal sealed class ScriptedKernel(World world, ScriptedTable table)
{
    private readonly Dictionary<uint, uint> _createdAt = Places.Local.ToDictionary(address => address, _ => 0u);
    private uint _newest;
    private bool _isReading;

    /// <summary>Gets the sockets that receive reports about addresses.</summary>
    public List<ScriptedNetlink> Watchers { get; } = [];

    /// <summary>Gets or sets what follows when the helper has read the list of addresses after a report.</summary>
    public Action Listed { get; set; } = () => { };

    /// <summary>Gets or sets what follows when the kernel is asked about a connection.</summary>
    public Action<Peer, Peer> LookedUp { get; set; } = (_, _) => { };

    /// <summary>Gets the conntrack table.</summary>
    public ScriptedTable Table => table;

    /// <summary>Gets or sets the number of exchanges of which one fails; 0 for none.</summary>
    public int FaultOnceIn { get; set; }

    /// <summary>Gets or sets whether answers carry the ends of another connection. No helper can notice it.</summary>
    public bool Lies { get; set; }

    /// <summary>Gets or sets the number of failed exchanges since the batch began.</summary>
    public int Failures { get; set; }

    /// <summary>Gets the number of exchanges about connections.</summary>
    public int Exchanges { get; private set; }

    /// <summary>Gets whether the list of addresses has ever been unreadable.</summary>
    public bool HasLostAddresses { get; private set; }

    /// <summary>Gets the number of sockets to the conntrack table that were opened.</summary>
    public int TablesOpened { get; private set; }

    /// <summary>Opens a socket. The method has the form of <see cref="NetlinkOpener"/>.</summary>
    public NetlinkSocket Open(int protocol, int receiveBuffer)
    {
        world.Call();
        bool isTable = protocol == NetlinkSocket.Netfilter;
        if (world.Chance.OnceIn(4 * FaultOnceIn))
        {
            Fail(isTable, "socket not opened");
            throw new LinuxException("open netlink socket", world.Chance.Of(Errno.EMFILE, Errno.ENOBUFS, Errno.ENOMEM));
        }

        TablesOpened += isTable ? 1 : 0;
        return new NetlinkSocket(new ScriptedNetlink(world, this, isTable));
    }

    /// <summary>Removes an address of this host and adds it again.</summary>
    public void Appear(uint address)
    {
        world.Trace.Add(world.Now, "appearance", new Peer(address, 0));
        _newest = Math.Max(_newest + 1, (uint)(world.Now.TotalMilliseconds / 10));
        _createdAt[address] = _newest;
        Watchers.ForEach(watcher => watcher.Report());
    }

    /// <summary>Records that the helper takes the reports. It reads the list of addresses next.</summary>
    public void BeginReading() => _isReading = true;

    /// <summary>Answers the requests of one send.</summary>
    public NetlinkAnswers Answer(List<byte[]> requests, bool isTable)
    {
        bool isFaulty = world.Chance.OnceIn(FaultOnceIn);
        Exchanges += isTable ? 1 : 0;
        if (!isTable)
        {
            if (isFaulty)
            {
                Fail(isTable, "addresses not listed");
            }

            return isFaulty
                ? new NetlinkAnswers([NetlinkMessages.Error(requests[0], world.Chance.Of(12, 105))])
                : new NetlinkAnswers([List(requests[0])]);
        }

        var answers = new NetlinkAnswers(requests.ConvertAll(Answer));
        if (isFaulty)
        {
            NetlinkFault.Apply(answers, requests, world);
            Failures += answers.IsFailure ? 1 : 0;
        }

        return answers;
    }

    /// <summary>Records that an exchange has failed.</summary>
    public void Fail(bool isTable, string what)
    {
        world.Trace.Add(world.Now, what);
        Failures += isTable ? 1 : 0;
        HasLostAddresses |= !isTable;
    }

    private byte[] List(byte[] request)
    {
        if (_isReading)
        {
            _isReading = false;
            Listed();
        }

        return NetlinkMessages.Addresses(NetlinkMessages.SequenceOf(request), _createdAt);
    }

    private byte[] Answer(byte[] request)
    {
        (Peer source, Peer destination) = NetlinkMessages.TupleOf(request);
        LookedUp(source, destination);
        TableEntry? entry = NetlinkMessages.IsForReply(request)
            ? table.FindReply(source, destination)
            : table.FindEither(source, destination);
        world.Trace.Add(world.Now, entry is null ? "kernel: no entry" : "kernel: entry", destination);
        if (entry is null)
        {
            return NetlinkMessages.Error(request, errno: 2); // ENOENT
        }

        entry = Lies ? entry with { Source = entry.Source with { Address = entry.Source.Address + 1 } } : entry;
        return NetlinkMessages.Found(NetlinkMessages.SequenceOf(request), entry, world.Chance);
    }
}
