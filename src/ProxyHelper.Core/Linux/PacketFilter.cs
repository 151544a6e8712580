using System.Runtime.InteropServices;

namespace ProxyHelper.Linux;

/// <summary>
/// Represents a program of the classic packet filter (linux/filter.h): instructions with one accumulator, which the
/// kernel runs for each datagram before the datagram is queued. Offsets start after the UDP header. Loaded numbers are
/// in network byte order.
/// </summary>
internal sealed class PacketFilter
{
    /// <summary>SKF_NET_OFF: added to an offset that starts at the IP header.</summary>
    public const int NetworkHeader = -0x100000;

    // Codes of linux/bpf_common.h.
    private const ushort LoadWordAt = 0x20; // BPF_LD | BPF_W | BPF_ABS
    private const ushort LoadLengthCode = 0x80; // BPF_LD | BPF_W | BPF_LEN
    private const ushort CopyToIndex = 0x07; // BPF_MISC | BPF_TAX
    private const ushort CopyFromIndex = 0x87; // BPF_MISC | BPF_TXA
    private const ushort StoreAt = 0x02; // BPF_ST
    private const ushort LoadIndexFrom = 0x61; // BPF_LDX | BPF_W | BPF_MEM
    private const ushort AddIndexCode = 0x0c; // BPF_ALU | BPF_ADD | BPF_X
    private const ushort MultiplyBy = 0x24; // BPF_ALU | BPF_MUL | BPF_K
    private const ushort AndWith = 0x54; // BPF_ALU | BPF_AND | BPF_K
    private const ushort ShiftRight = 0x74; // BPF_ALU | BPF_RSH | BPF_K
    private const ushort RemainderOf = 0x94; // BPF_ALU | BPF_MOD | BPF_K
    private const ushort SkipAlways = 0x05; // BPF_JMP | BPF_JA
    private const ushort SkipIfEqual = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
    private const ushort SkipIfIndexEqual = 0x1d; // BPF_JMP | BPF_JEQ | BPF_X
    private const ushort ReturnConstant = 0x06; // BPF_RET | BPF_K
    private const ushort ReturnAccumulator = 0x16; // BPF_RET | BPF_A

    private readonly List<Instruction> _instructions = [];

    /// <summary>Gets the instructions.</summary>
    public ReadOnlySpan<Instruction> Instructions => CollectionsMarshal.AsSpan(_instructions);

    /// <summary>Loads the four bytes at an offset.</summary>
    public void LoadWord(int offset) => Add(LoadWordAt, (uint)offset);

    /// <summary>Loads the length of the datagram in bytes.</summary>
    public void LoadLength() => Add(LoadLengthCode, 0);

    /// <summary>Copies the accumulator into the index register.</summary>
    public void MoveToIndex() => Add(CopyToIndex, 0);

    /// <summary>Copies the index register into the accumulator.</summary>
    public void MoveFromIndex() => Add(CopyFromIndex, 0);

    /// <summary>Stores the accumulator in a cell, 0 to 15.</summary>
    public void Store(uint cell) => Add(StoreAt, cell);

    /// <summary>Loads the index register from a cell.</summary>
    public void LoadIndex(uint cell) => Add(LoadIndexFrom, cell);

    /// <summary>Adds the index register.</summary>
    public void AddIndex() => Add(AddIndexCode, 0);

    /// <summary>Multiplies, modulo 2^32.</summary>
    public void Multiply(uint factor) => Add(MultiplyBy, factor);

    /// <summary>Keeps the bits of a mask.</summary>
    public void And(uint mask) => Add(AndWith, mask);

    /// <summary>Drops the low bits.</summary>
    public void Shift(int bits) => Add(ShiftRight, (uint)bits);

    /// <summary>Keeps the remainder of a division.</summary>
    public void Remainder(uint divisor) => Add(RemainderOf, divisor);

    /// <summary>Returns a number, unless the accumulator equals a value.</summary>
    public void ReturnUnlessEqual(uint value, int result) => ReturnUnless(SkipIfEqual, value, result);

    /// <summary>Returns a number, unless the accumulator equals the index register.</summary>
    public void ReturnUnlessIndex(int result) => ReturnUnless(SkipIfIndexEqual, 0, result);

    /// <summary>Skips instructions, 255 at most, if the accumulator equals a value.</summary>
    public void SkipIf(uint value, byte instructions) =>
        _instructions.Add(new Instruction(SkipIfEqual, instructions, 0, value));

    /// <summary>Skips instructions.</summary>
    public void Skip(int instructions) => Add(SkipAlways, (uint)instructions);

    /// <summary>Jumps to an instruction that <see cref="LandHere"/> names later.</summary>
    /// <returns>The place of the jump.</returns>
    public int Jump()
    {
        Skip(0);
        return _instructions.Count - 1;
    }

    /// <summary>Makes a jump end at the next instruction that is added.</summary>
    public void LandHere(int jump) =>
        _instructions[jump] = _instructions[jump] with { Operand = (uint)(_instructions.Count - 1 - jump) };

    /// <summary>Returns the accumulator.</summary>
    public void Return() => Add(ReturnAccumulator, 0);

    /// <summary>Returns a number.</summary>
    public void Return(int result) => Add(ReturnConstant, (uint)result);

    private void ReturnUnless(ushort condition, uint value, int result)
    {
        _instructions.Add(new Instruction(condition, WhenTrue: 1, WhenFalse: 0, value));
        Return(result);
    }

    private void Add(ushort code, uint operand) => _instructions.Add(new Instruction(code, 0, 0, operand));

    /// <summary>struct sock_filter (linux/filter.h).</summary>
    [StructLayout(LayoutKind.Sequential)]
    public readonly record struct Instruction(ushort Code, byte WhenTrue, byte WhenFalse, uint Operand);

    /// <summary>struct sock_fprog (linux/filter.h).</summary>
    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct Program
    {
        public ushort Length;
        public Instruction* First;
    }
}
