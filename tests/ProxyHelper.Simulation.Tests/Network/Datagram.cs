using ProxyHelper.Simulation.Kernel;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Simulation.Network;

/// <summary>Represents a datagram on its way to the helper, and what the helper may do with it.</summary>
internal sealed class Datagram
{
    public required byte[] Bytes { get; init; }

    public required Peer Sender { get; init; }

    /// <summary>Gets the local address that the datagram was sent to.</summary>
    public required uint LocalAddress { get; init; }

    /// <summary>
    /// Gets the destination in the header: the local address, or a broadcast address that the local address receives.
    /// </summary>
    public required uint HeaderDestination { get; init; }

    /// <summary>Gets or sets the true time of the arrival.</summary>
    public TimeSpan ArrivedAt { get; set; }

    /// <summary>Gets or sets the time of the arrival by the kernel's clock.</summary>
    public DateTime ReceivedAt { get; set; }

    /// <summary>Gets or sets the reason to refuse the datagram, or null if it must be answered.</summary>
    public Outcome? Refusal { get; set; }

    /// <summary>Gets the right replies: each entry that the table had since the datagram was received.</summary>
    public List<TableEntry> Entries { get; } = [];

    /// <summary>Gets or sets whether "not found" was right at a time since the datagram was received.</summary>
    public bool WasAbsent { get; set; }

    /// <summary>Gets or sets whether the clock was set so that the helper cannot know the age.</summary>
    public bool IsAgeUncertain { get; set; }

    /// <summary>Gets or sets whether a reply was sent.</summary>
    public bool IsAnswered { get; set; }

    /// <summary>Gets or sets whether the kernel refused to send the reply.</summary>
    public bool IsReplyRefused { get; set; }

    /// <summary>Gets or sets whether the kernel took only the replies before this one. It is sent again.</summary>
    public bool IsReplyDelayed { get; set; }

    /// <summary>
    /// Gets or sets the reasons for which a datagram that may wait has perhaps no reply: it was refused, and did not
    /// wait.
    /// </summary>
    public List<Outcome> OtherReasons { get; set; } = [];

    /// <summary>Gets or sets the time at which the datagram was admitted.</summary>
    public TimeSpan AdmittedAt { get; set; }

    /// <summary>Gets or sets the right reply at the last look-up of a datagram that waits, or null.</summary>
    public TableEntry? LookedUp { get; set; }

    /// <summary>Gets or sets for how long the process had stood still when the datagram was admitted.</summary>
    public TimeSpan FrozenBefore { get; set; }

    /// <summary>Gets or sets the number of rules that had been in force when the datagram was admitted.</summary>
    public int RulesBefore { get; set; }

    /// <summary>Gets the ends that the datagram asks about.</summary>
    public required (Peer Source, Peer Destination) Question { get; init; }

    /// <summary>Returns the same datagram, which smtp-gated sends again from the same port.</summary>
    public Datagram SentAgain() => new()
    {
        Bytes = Bytes,
        Sender = Sender,
        LocalAddress = LocalAddress,
        HeaderDestination = HeaderDestination,
        Question = Question,
    };
}
