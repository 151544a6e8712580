using ProxyHelper.Simulation.Kernel;

namespace ProxyHelper.Simulation.Network;

/// <summary>Learns what happens at the UDP sockets of the helper, and objects to what the helper may not do.</summary>
internal interface IUdpJudge
{
    /// <summary>Gets or sets the number of failed receives, with those that are no error.</summary>
    int Faults { get; set; }

    /// <summary>Gets or sets the number of errors that receives have reported.</summary>
    int ReceiveErrors { get; set; }

    /// <summary>Ends the last batch.</summary>
    void BeginBatch();

    /// <summary>Decides about the batch that was received.</summary>
    void Admit(List<Datagram> received, bool countsBroadcasts);

    /// <summary>Records the drops that the kernel reports with a batch.</summary>
    void Drop(UdpSocket socket, uint total);

    /// <summary>Checks a reply that leaves.</summary>
    void Reply(Peer receiver, ReadOnlySpan<byte> bytes, uint? source);

    /// <summary>Records that the kernel refused a reply.</summary>
    void RefuseReply(Peer receiver);

    /// <summary>Records that the kernel did not take a reply yet.</summary>
    void DelayReply(Peer receiver);
}
