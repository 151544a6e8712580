using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace ProxyHelper.Linux;

/// <summary>
/// Represents datagrams that one system call receives or sends (recvmmsg, sendmmsg). Each datagram has a slot for its
/// bytes, the address of its peer and its control data. The memory is allocated once and is pinned, so a call allocates
/// nothing.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe partial class MessageBatch
{
    private const int TruncatedFlag = 0x20; // MSG_TRUNC (linux/socket.h)
    private const int ControlTruncatedFlag = 0x8; // MSG_CTRUNC

    private readonly int _dataSize;
    private readonly int _controlSize;
    private readonly uint _addressSize;
    private readonly byte[] _data;
    private readonly byte[] _addresses;
    private readonly byte[] _controls;
    private readonly IoVector[] _vectors;
    private readonly MessageHeader[] _received;
    private readonly MessageHeader[] _outgoing;

    /// <summary>Allocates the slots.</summary>
    /// <param name="slots">The number of slots.</param>
    /// <param name="dataSize">The size of each datagram in bytes.</param>
    /// <param name="controlSize">The size of the control data of each datagram in bytes; 0 for none.</param>
    /// <param name="isConnected">
    /// Whether the socket is connected. Then the kernel need not write the address of the peer.
    /// </param>
    public MessageBatch(int slots, int dataSize, int controlSize = 0, bool isConnected = false)
    {
        Slots = slots;
        _dataSize = dataSize;
        _controlSize = controlSize;
        _addressSize = isConnected ? 0u : LinuxSocket.AddressSize;
        _data = Pinned<byte>(slots * dataSize);
        _addresses = Pinned<byte>(slots * LinuxSocket.AddressSize);
        _controls = Pinned<byte>(Math.Max(1, slots * controlSize));
        _vectors = Pinned<IoVector>(slots);
        _received = Pinned<MessageHeader>(slots);
        _outgoing = Pinned<MessageHeader>(slots);
        for (int slot = 0; slot < slots; slot++)
        {
            _received[slot].Name = isConnected ? null : At(_addresses, slot * LinuxSocket.AddressSize);
            _received[slot].Vectors = (IoVector*)Marshal.UnsafeAddrOfPinnedArrayElement(_vectors, slot);
            _received[slot].VectorCount = 1;
            _received[slot].Control = controlSize == 0 ? null : At(_controls, slot * controlSize);
            _vectors[slot].Base = At(_data, slot * dataSize);
        }
    }

    /// <summary>Gets the number of slots.</summary>
    public int Slots { get; }

    /// <summary>Gets the number of datagrams that wait to be sent.</summary>
    public int Outgoing { get; private set; }

    /// <summary>Returns the bytes of the datagram in a slot.</summary>
    public Span<byte> Data(int slot) =>
        _data.AsSpan(slot * _dataSize, (int)Math.Min(_received[slot].Length, (uint)_dataSize));

    /// <summary>Returns the address of the peer of a slot, in the form of the kernel.</summary>
    public ReadOnlySpan<byte> Address(int slot) => _addresses.AsSpan(
        slot * LinuxSocket.AddressSize, (int)Math.Min(_received[slot].NameLength, LinuxSocket.AddressSize));

    /// <summary>Returns the control data of the datagram in a slot.</summary>
    public Span<byte> Control(int slot) =>
        _controls.AsSpan(slot * _controlSize, (int)Math.Min(_received[slot].ControlLength, (nuint)_controlSize));

    /// <summary>
    /// Returns a value indicating whether the datagram in a slot, or its control data, was longer than the slot.
    /// </summary>
    public bool IsTruncated(int slot) => (_received[slot].Flags & (TruncatedFlag | ControlTruncatedFlag)) != 0;

    /// <summary>Receives the datagrams that have arrived, without waiting.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="first">The first slot.</param>
    /// <param name="max">
    /// The largest number of datagrams. If fewer have arrived, the kernel checks the socket once more.
    /// </param>
    /// <param name="name">The datagrams in messages.</param>
    /// <returns>The number of datagrams; 0 when none has arrived.</returns>
    /// <exception cref="LinuxException">
    /// Thrown when the socket reports an error; ENOBUFS when the kernel lost datagrams.
    /// </exception>
    public int Receive(LinuxSocket socket, int first, int max, string name) =>
        TryReceive(socket, first, max, out int count) is var errno and not Errno.None
            ? throw new LinuxException($"receive {name}", errno)
            : count;

    /// <summary>Receives as <see cref="Receive"/> does, and returns the error that the socket reports.</summary>
    public Errno TryReceive(LinuxSocket socket, int first, int max, out int count)
    {
        int last = Math.Min(Slots, first + max);
        for (int slot = first; slot < last; slot++)
        {
            _vectors[slot].Length = (nuint)_dataSize;
            _received[slot].NameLength = _addressSize;
            _received[slot].ControlLength = (nuint)_controlSize;
            _received[slot].Flags = 0;
        }

        Errno errno;
        do
        {
            count = socket.ReceiveMany(Header(_received, first), (uint)(last - first));
            errno = count < 0 ? LinuxHandle.LastError() : Errno.None;
        }
        while (errno == Errno.EINTR);

        count = Math.Max(0, count);
        return errno == Errno.EAGAIN ? Errno.None : errno;
    }

    /// <summary>Puts a datagram that was received before into a slot.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="data">The bytes of the datagram.</param>
    /// <param name="address">The address of the sender in the form of the kernel.</param>
    public void Load(int slot, ReadOnlySpan<byte> data, ReadOnlySpan<byte> address)
    {
        data.CopyTo(_data.AsSpan(slot * _dataSize, _dataSize));
        address.CopyTo(_addresses.AsSpan(slot * LinuxSocket.AddressSize, LinuxSocket.AddressSize));
        _received[slot].Length = (uint)data.Length;
        _received[slot].NameLength = (uint)address.Length;
        _received[slot].ControlLength = (nuint)_controlSize; // room for the source address of the reply
    }

    /// <summary>Queues the first bytes of a slot as a reply to the sender of its datagram.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="length">The number of bytes.</param>
    /// <param name="controlLength">The number of bytes of the slot's control data that are sent too.</param>
    public void Reply(int slot, int length, int controlLength)
    {
        _vectors[slot].Length = (nuint)length;
        ref MessageHeader header = ref _outgoing[Outgoing++];
        header = _received[slot];
        header.Flags = 0;
        header.ControlLength = (nuint)controlLength;
        header.Control = controlLength == 0 ? null : header.Control;
    }

    /// <summary>Empties the queue of replies.</summary>
    public void DiscardReplies() => Outgoing = 0;

    /// <summary>
    /// Sends the queued datagrams with one system call, and empties the queue. The kernel stops at a datagram that it
    /// refuses. The caller can queue the others again.
    /// </summary>
    /// <returns>
    /// The number of datagrams that were sent; 0 if a signal arrived first, and -1 if the kernel refused the first
    /// datagram.
    /// </returns>
    public int Send(LinuxSocket socket)
    {
        int sent = socket.SendMany(Header(_outgoing, 0), (uint)Outgoing);
        Outgoing = 0;
        return sent > 0 ? sent
            : sent < 0 && LinuxHandle.LastError() == Errno.EINTR ? 0
            : -1;
    }

    [LibraryImport("libc", EntryPoint = "recvmmsg", SetLastError = true)]
    internal static partial int ReceiveCall(
        LinuxSocket socket, void* headers, uint count, int flags = 0, void* timeout = null);

    [LibraryImport("libc", EntryPoint = "sendmmsg", SetLastError = true)]
    internal static partial int SendCall(LinuxSocket socket, void* headers, uint count, int flags = 0);

    private static T[] Pinned<T>(int length) => GC.AllocateArray<T>(length, pinned: true);

    private static byte* At(byte[] pinned, int offset) => (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(pinned, offset);

    private static MessageHeader* Header(MessageHeader[] pinned, int index) =>
        (MessageHeader*)Marshal.UnsafeAddrOfPinnedArrayElement(pinned, index);

    /// <summary>struct iovec (linux/uio.h).</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct IoVector
    {
        public byte* Base;
        public nuint Length;
    }

    /// <summary>struct mmsghdr (bits/socket.h), on 64-bit machines.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct MessageHeader
    {
        public byte* Name;
        public uint NameLength;
        public IoVector* Vectors;
        public nuint VectorCount;
        public byte* Control;
        public nuint ControlLength;
        public int Flags;
        private readonly int _padding; // struct msghdr ends here, at a multiple of eight bytes
        public uint Length;
    }
}
