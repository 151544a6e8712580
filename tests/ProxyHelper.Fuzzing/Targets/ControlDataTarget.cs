using ProxyHelper.Addresses;
using ProxyHelper.Linux;

namespace ProxyHelper.Fuzzing.Targets;

/// <summary>What the kernel says beside a datagram.</summary>
internal sealed class ControlDataTarget : IFuzzTarget
{
    private static readonly IPv4Address _otherAddress = IPv4Address.Parse("194.0.1.1");

    /// <inheritdoc/>
    public string Name => "control-data";

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        DatagramControl control = DatagramControl.Read(input);
        CheckAddress(input, control.LocalAddress);
        CheckDropped(input, control.Dropped);
        Invariant.Holds(control.ReceivedAt is null or { Kind: DateTimeKind.Utc }, "a time is UTC");
        Invariant.Holds(control.ReceivedAt is null || control.ReceivedAt >= DateTime.UnixEpoch, "a datagram came after 1970");
        CheckBehindOther(input, control);
    }

    private static void CheckAddress(ReadOnlySpan<byte> input, IPv4Address? address)
    {
        Span<byte> bytes = stackalloc byte[IPv4Address.Size];
        (address ?? IPv4Address.Any).TryWriteBytes(bytes);
        Invariant.Holds(address is null || input.IndexOf(bytes) >= 0, "an address is one of those that are there");
    }

    private static void CheckDropped(ReadOnlySpan<byte> input, uint dropped)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BitConverter.TryWriteBytes(bytes, dropped);
        Invariant.Holds(dropped == 0 || input.IndexOf(bytes) >= 0, "a count is one of those that are there");
    }

    /// <summary>What stands before it makes no difference, but that an address there holds where there is none here.</summary>
    private static void CheckBehindOther(ReadOnlySpan<byte> input, DatagramControl control)
    {
        byte[] bytes = new byte[DatagramControl.SourceSize + input.Length];
        DatagramControl.WriteSource(bytes, _otherAddress);
        input.CopyTo(bytes.AsSpan(DatagramControl.SourceSize));
        DatagramControl behind = DatagramControl.Read(bytes);
        Invariant.Holds(behind.LocalAddress == (control.LocalAddress ?? _otherAddress), "the last address holds");
        Invariant.Holds(
            (behind.ReceivedAt, behind.Dropped) == (control.ReceivedAt, control.Dropped),
            "time and count are the same behind an address");
    }
}
