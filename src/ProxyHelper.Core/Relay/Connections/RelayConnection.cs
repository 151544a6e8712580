using System.Runtime.Versioning;
using ProxyHelper.Addresses;
using ProxyHelper.Linux.Streams;

namespace ProxyHelper.Relay.Connections;

/// <summary>
/// Represents a place for one connection, which is used again and again: two sockets, the directions between them, and
/// what is known about the user. Only the thread of its worker uses it.
/// </summary>
/// <param name="place">The number of the place.</param>
[SupportedOSPlatform("linux")]
internal sealed class RelayConnection(int place)
{
    /// <summary>The direction from the user to the target.</summary>
    public ByteFlow Up;

    /// <summary>The direction from the target to the user.</summary>
    public ByteFlow Down;

    /// <summary>Gets the number of the place.</summary>
    public int Place => place;

    /// <summary>
    /// Gets or sets the number of connections that the place had before. Events of an earlier connection have another
    /// number.
    /// </summary>
    public uint Generation { get; set; }

    /// <summary>Gets or sets how far the connection has come.</summary>
    public ConnectionStage Stage { get; set; }

    /// <summary>Gets or sets the socket of the user.</summary>
    public StreamDescriptor Client { get; set; }

    /// <summary>Gets or sets the socket of the target.</summary>
    public StreamDescriptor Target { get; set; }

    /// <summary>Gets or sets the router's end of the connection.</summary>
    public TransportEndPoint Sender { get; set; }

    /// <summary>Gets or sets the original source.</summary>
    public TransportEndPoint OriginalSource { get; set; }

    /// <summary>Gets or sets the original destination.</summary>
    public TransportEndPoint OriginalDestination { get; set; }

    /// <summary>Gets or sets the number of the connection in the header.</summary>
    public ulong Id { get; set; }

    /// <summary>Gets or sets the ident of the reply, if there is any.</summary>
    public string? Ident { get; set; }

    /// <summary>Gets or sets whether the connection counts for its original source.</summary>
    public bool IsCounted { get; set; }

    /// <summary>Gets or sets whether the connection waits for its turn to move more bytes.</summary>
    public bool HasTurn { get; set; }

    /// <summary>Gets or sets the time at which the connection was accepted.</summary>
    public TimeSpan AcceptedAt { get; set; }

    /// <summary>Gets or sets the time of the last byte, or of the last change of its list.</summary>
    public TimeSpan ActiveAt { get; set; }

    /// <summary>Gets or sets the list with the time limit of the connection.</summary>
    public ActivityList? List { get; set; }

    /// <summary>Gets or sets the connection before this one in its list.</summary>
    public RelayConnection? Previous { get; set; }

    /// <summary>Gets or sets the connection after this one in its list.</summary>
    public RelayConnection? Next { get; set; }

    /// <summary>Gets the number of bytes from the user that the target has taken.</summary>
    public long BytesUp => Math.Max(0, Up.Bytes); // the header counts negative

    /// <summary>Gets whether the original ends are known.</summary>
    public bool HasOriginalEnds => OriginalDestination != default;

    /// <summary>Gets whether one direction has ended.</summary>
    public bool IsHalfClosed => Up.IsDone || Down.IsDone;

    /// <summary>Returns the key of the events of a socket.</summary>
    public ulong KeyOf(bool isTarget) => ((ulong)Generation << 32) | ((uint)place << 1) | (isTarget ? 1u : 0u);
}

/// <summary>Specifies how far a connection has come.</summary>
internal enum ConnectionStage : byte
{
    /// <summary>The place has no connection.</summary>
    Free,

    /// <summary>The helper is asked.</summary>
    Asking,

    /// <summary>The target is connected to.</summary>
    Connecting,

    /// <summary>Bytes are relayed.</summary>
    Relaying,
}
