using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace ProxyHelper.Linux;

/// <summary>
/// Datagrams that one system call receives or sends together (recvmmsg, sendmmsg), each in a slot of its own with its bytes,
/// its peer's address and its control data. All memory is made once and stays where it is, so a call allocates nothing.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe partial class MessageBatch
{
    private const int TruncatedFlag = 0x20; // MSG_TRUNC
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

    /// <summary>Makes the slots.</summary>
    /// <param name="slots">How many datagrams there is room for.</param>
    /// <param name="dataSize">Bytes for each datagram.</param>
    /// <param name="controlSize">Bytes for each datagram's control data; 0 for none.</param>
    /// <param name="isConnected">Whether it serves a connected socket, whose only peer the kernel need not name each time.</param>
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

    /// <summary>How many datagrams there is room for.</summary>
    public int Slots { get; }

    /// <summary>How many datagrams wait to be sent.</summary>
    public int Outgoing { get; private set; }

    /// <summary>The bytes received into a slot.</summary>
    public Span<byte> Data(int slot) => _data.AsSpan(slot * _dataSize, (int)Math.Min(_received[slot].Length, (uint)_dataSize));

    /// <summary>The peer's address of a slot, in the kernel's form.</summary>
    public ReadOnlySpan<byte> Address(int slot) => _addresses.AsSpan(slot * LinuxSocket.AddressSize, (int)Math.Min(_received[slot].NameLength, LinuxSocket.AddressSize));

    /// <summary>The control data received with a slot's datagram.</summary>
    public Span<byte> Control(int slot) => _controls.AsSpan(slot * _controlSize, (int)Math.Min(_received[slot].ControlLength, (nuint)_controlSize));

    /// <summary>Whether a slot's datagram, or its control data, was longer than its room.</summary>
    public bool IsTruncated(int slot) => (_received[slot].Flags & (TruncatedFlag | ControlTruncatedFlag)) != 0;

    /// <summary>Receives what is there, without waiting, into the slots from <paramref name="first"/> on.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="first">The first slot to fill.</param>
    /// <param name="most">How many datagrams at most; asking for one that does not come costs the kernel a look.</param>
    /// <param name="what">What they are, for messages.</param>
    /// <returns>How many datagrams came; 0 when there was none.</returns>
    /// <exception cref="LinuxException">The socket reports an error; ENOBUFS when the kernel lost datagrams.</exception>
    public int Receive(LinuxSocket socket, int first, int most, string what)
    {
        int last = Math.Min(Slots, first + most);
        for (int slot = first; slot < last; slot++)
        {
            _vectors[slot].Length = (nuint)_dataSize;
            _received[slot].NameLength = _addressSize;
            _received[slot].ControlLength = (nuint)_controlSize;
            _received[slot].Flags = 0;
        }

        while (true)
        {
            int count = ReceiveCall(socket, Header(_received, first), (uint)(last - first), 0, null);
            if (count >= 0)
            {
                return count;
            }

            switch (LinuxSocket.LastError())
            {
                case Errno.EINTR:
                    continue;
                case Errno.EAGAIN:
                    return 0;
                case var errno:
                    throw new LinuxException($"receive {what}", errno);
            }
        }
    }

    /// <summary>Puts the first <paramref name="length"/> bytes of a slot in line, to go back to where they came from.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="length">How many bytes go out.</param>
    /// <param name="controlLength">How many bytes of the slot's control data go with them.</param>
    public void Reply(int slot, int length, int controlLength)
    {
        _vectors[slot].Length = (nuint)length;
        ref MessageHeader header = ref _outgoing[Outgoing++];
        header = _received[slot];
        header.Flags = 0;
        header.ControlLength = (nuint)controlLength;
        header.Control = controlLength == 0 ? null : header.Control;
    }

    /// <summary>Sends what is in line, and empties the line. A datagram that the kernel refuses is passed over.</summary>
    /// <returns>How many datagrams the kernel refused.</returns>
    public int Send(LinuxSocket socket)
    {
        int done = 0, refused = 0;
        while (done < Outgoing)
        {
            int sent = SendCall(socket, Header(_outgoing, done), (uint)(Outgoing - done), 0);
            if (sent > 0)
            {
                done += sent;
            }
            else if (sent == 0 || LinuxSocket.LastError() != Errno.EINTR)
            {
                done++;
                refused++;
            }
        }

        Outgoing = 0;
        return refused;
    }

    private static T[] Pinned<T>(int length) => GC.AllocateArray<T>(length, pinned: true);

    private static byte* At(byte[] pinned, int offset) => (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(pinned, offset);

    private static MessageHeader* Header(MessageHeader[] pinned, int index) => (MessageHeader*)Marshal.UnsafeAddrOfPinnedArrayElement(pinned, index);

    [LibraryImport("libc", EntryPoint = "recvmmsg", SetLastError = true)]
    private static partial int ReceiveCall(LinuxSocket socket, MessageHeader* headers, uint count, int flags, void* timeout);

    [LibraryImport("libc", EntryPoint = "sendmmsg", SetLastError = true)]
    private static partial int SendCall(LinuxSocket socket, MessageHeader* headers, uint count, int flags);

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
