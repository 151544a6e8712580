using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace ProxyHelper.Simulation.Kernel;

/// <summary>struct mmsghdr (bits/socket.h), as the kernel sees it. The layout is that of 64-bit machines.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct SimulatedHeader
{
    private readonly byte* _name;
    private uint _nameLength;
    private readonly Vector* _vectors;
    private readonly nuint _vectorCount;
    private readonly byte* _control;
    private nuint _controlLength;
    private int _flags;
    private readonly int _padding;
    private uint _length;

    /// <summary>Gets the bytes that are sent.</summary>
    public readonly ReadOnlySpan<byte> Data => new(_vectors->Base, (int)_vectors->Length);

    /// <summary>Gets the control data that is sent.</summary>
    public readonly ReadOnlySpan<byte> Control => new(_control, (int)_controlLength);

    /// <summary>Gets the address of the receiver.</summary>
    public readonly Peer Name => new(
        BinaryPrimitives.ReadUInt32BigEndian(new ReadOnlySpan<byte>(_name + 4, 4)),
        BinaryPrimitives.ReadUInt16BigEndian(new ReadOnlySpan<byte>(_name + 2, 2)));

    /// <summary>Fills the header of a connected socket as recvmmsg does.</summary>
    public void Receive(ReadOnlySpan<byte> data)
    {
        int length = Math.Min(data.Length, (int)_vectors->Length);
        data[..length].CopyTo(new Span<byte>(_vectors->Base, length));
        _flags = length < data.Length ? 0x20 : 0; // MSG_TRUNC
        _length = (uint)length;
    }

    /// <summary>Fills the header as recvmmsg does.</summary>
    public void Receive(ReadOnlySpan<byte> data, ReadOnlySpan<byte> control, Peer sender)
    {
        Receive(data);
        sender.Write(new Span<byte>(_name, (int)_nameLength));
        _nameLength = Peer.Size;
        control.CopyTo(new Span<byte>(_control, (int)_controlLength));
        _controlLength = (nuint)control.Length;
    }

    /// <summary>struct iovec (linux/uio.h).</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Vector
    {
        public byte* Base;
        public nuint Length;
    }
}

/// <summary>Represents the address and port of a sender.</summary>
internal readonly record struct Peer(uint Address, ushort Port)
{
    /// <summary>The size of struct sockaddr_in.</summary>
    public const int Size = 16;

    public override string ToString() =>
        $"{Address >> 24}.{(byte)(Address >> 16)}.{(byte)(Address >> 8)}.{(byte)Address}:{Port}";

    /// <summary>Writes struct sockaddr_in.</summary>
    public void Write(Span<byte> name)
    {
        name.Clear();
        name[0] = 2; // AF_INET
        BinaryPrimitives.WriteUInt16BigEndian(name[2..], Port);
        BinaryPrimitives.WriteUInt32BigEndian(name[4..], Address);
    }
}
