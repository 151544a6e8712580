using ProxyHelper.Addresses;
using ProxyHelper.Mappings;
using ProxyHelper.Simulation.Kernel;
using ProxyHelper.Sources;

namespace ProxyHelper.Simulation.Network;

/// <summary>
/// Represents a resolver of a simulated helper. It answers each query after some time from the scripted table, and
/// sometimes late, wrongly, twice or never.
/// </summary>
internal sealed class ScriptedLookups(World world, ScriptedKernel kernel) : MappingResolver
{
    /// <summary>Gets all look-ups that have begun, in their order.</summary>
    public List<ScriptedLookup> All { get; } = [];

    /// <summary>Gets or sets the number of look-ups of which one has a fault; 0 for none.</summary>
    public int FaultOnceIn { get; set; }

    public override string Description => "a scripted resolver";

    public override Task<ResolverAnswer> ResolveAsync(MappingQuery query, CancellationToken cancellationToken)
    {
        var lookup = new ScriptedLookup(PeerOf(query.Source), PeerOf(query.Destination), world.Now);
        All.Add(lookup);
        Fault fault = world.Chance.OnceIn(FaultOnceIn)
            ? world.Chance.Of(Enum.GetValues<Fault>())
            : Fault.None;
        world.Trace.Add(world.Now, $"resolver: {fault}", lookup.Source);
        if (fault == Fault.Throws)
        {
            lookup.End(world.Now, found: null);
            throw new InvalidOperationException("the router is away");
        }

        var answer = new TaskCompletionSource<ResolverAnswer>();
        if (fault != Fault.Hangs)
        {
            int time = fault == Fault.Slow ? world.Chance.Between(500, 6000) : world.Chance.Of(0, 1, 5, 60);
            world.At(world.Now + TimeSpan.FromMilliseconds(time), () => Answer(query, lookup, fault, answer));
        }

        return answer.Task;
    }

    protected override void Dispose(bool disposing)
    {
    }

    private static Peer PeerOf(TransportEndPoint end) =>
        new(end.TryGetIPv4(out IPv4Address address) ? address.Value : 0, end.Port);

    private static TransportEndPoint EndOf(Peer peer) => new(new IPv4Address(peer.Address), peer.Port);

    private static RouterMapping Map(TableEntry entry) => new(NatSystem.MikroTik)
    {
        Protocol = IPProtocol.Tcp,
        OriginalSource = EndOf(entry.Source),
        OriginalDestination = EndOf(entry.Destination),
        TranslatedSource = EndOf(entry.ReplyDestination),
        TranslatedDestination = EndOf(entry.ReplySource),
    };

    private void Answer(
        MappingQuery query, ScriptedLookup lookup, Fault fault, TaskCompletionSource<ResolverAnswer> answer)
    {
        TableEntry? entry = kernel.Table.FindReply(lookup.Destination, lookup.Source);
        RouterMapping? mapping = entry is null ? null : Map(entry);
        mapping = mapping is not null && kernel.Lies
            ? mapping with { OriginalSource = EndOf(new Peer(1, 1)) }
            : mapping;
        bool isCertain = mapping is not null && fault is Fault.None or Fault.Slow or Fault.Mirrored;
        lookup.End(world.Now, isCertain ? entry : null);
        world.Trace.Add(world.Now, "resolver answers", lookup.Source);
        answer.SetResult(mapping is null ? ResolverAnswer.NotFound : fault switch
        {
            Fault.Ambiguous => new([mapping, mapping with { OriginalSource = EndOf(new Peer(1, 1)) }]),
            Fault.Mirrored => new([mapping, mapping with { Id = "of the other router" }]),
            Fault.Other => new([mapping with { TranslatedSource = EndOf(new Peer(1, query.Source.Port)) }]),
            Fault.Invalid => ResolverAnswer.FromFault(ResolverFault.WrongType, "a number"),
            _ => new([mapping]),
        });
    }

    /// <summary>Specifies what is wrong with a look-up.</summary>
    private enum Fault
    {
        None,
        Slow,
        Hangs,
        Throws,
        Ambiguous,
        Mirrored,
        Other,
        Invalid,
    }
}

/// <summary>Represents one look-up of a scripted resolver.</summary>
internal sealed class ScriptedLookup(Peer source, Peer destination, TimeSpan begunAt)
{
    public Peer Source => source;

    public Peer Destination => destination;

    public TimeSpan BegunAt => begunAt;

    /// <summary>Gets the true time of the answer, or null.</summary>
    public TimeSpan? EndedAt { get; private set; }

    /// <summary>Gets the entry that the answer proves, or null.</summary>
    public TableEntry? Found { get; private set; }

    /// <summary>Ends the look-up.</summary>
    public void End(TimeSpan now, TableEntry? found) => (EndedAt, Found) = (now, found);
}
