using ProxyHelper.Addresses;
using ProxyHelper.Linux;

namespace ProxyHelper.Fuzzing.Targets;

/// <summary>Reads the control data of a datagram.</summary>
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
        Invariant.Holds(
            control.ReceivedAt is null || control.ReceivedAt >= DateTime.UnixEpoch, "a datagram arrived after 1970");
        CheckAfterOther(input, control);
    }

    private static void CheckAddress(ReadOnlySpan<byte> input, IPv4Address? address)
    {
        Span<byte> bytes = stackalloc byte[IPv4Address.Size];
        (address ?? IPv4Address.Any).TryWriteBytes(bytes);
        Invariant.Holds(address is null || input.IndexOf(bytes) >= 0, "an address is part of the input");
    }

    private static void CheckDropped(ReadOnlySpan<byte> input, uint dropped)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BitConverter.TryWriteBytes(bytes, dropped);
        Invariant.Holds(dropped == 0 || input.IndexOf(bytes) >= 0, "a number of drops is part of the input");
    }

    /// <summary>
    /// Checks that data before the input change nothing, except that their address fills a missing address.
    /// </summary>
    private static void CheckAfterOther(ReadOnlySpan<byte> input, DatagramControl control)
    {
        byte[] bytes = new byte[DatagramControl.SourceSize + input.Length];
        DatagramControl.WriteSource(bytes, _otherAddress);
        input.CopyTo(bytes.AsSpan(DatagramControl.SourceSize));
        DatagramControl after = DatagramControl.Read(bytes);
        Invariant.Holds(after.LocalAddress == (control.LocalAddress ?? _otherAddress), "the last address is used");
        Invariant.Holds(
            (after.ReceivedAt, after.Dropped) == (control.ReceivedAt, control.Dropped),
            "time and drops are the same after an address");
    }
}
