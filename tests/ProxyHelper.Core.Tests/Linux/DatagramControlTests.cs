using ProxyHelper.Addresses;
using ProxyHelper.Linux;
using Xunit;

namespace ProxyHelper.Tests.Linux;

/// <summary>Tests control data byte by byte, as a little-endian 64-bit kernel writes them.</summary>
public sealed class DatagramControlTests
{
    // 1,700,000,000 s and 123,456,700 ns since 1970
    private const string Timestamp = "2000000000000000 01000000 23000000 00F1536500000000 BCCC5B0700000000";

    // interface 1, local address 194.0.1.1, header's destination 194.0.1.2, four bytes of padding
    private const string PacketInfo = "1C00000000000000 00000000 08000000 01000000 C2000101 C2000102 00000000";
    private const string Unknown = "1400000000000000 00000000 02000000 40000000 00000000"; // IP_TTL

    private static readonly IPv4Address _local = IPv4Address.Parse("194.0.1.1");
    private static readonly DateTime _time = DateTime.UnixEpoch.AddSeconds(1_700_000_000).AddTicks(1_234_567);

    [Theory]
    [InlineData(Timestamp + PacketInfo)]
    [InlineData(PacketInfo + Timestamp)]
    [InlineData(Unknown + PacketInfo + Unknown + Timestamp)]
    public void Address_and_time_are_read_in_any_order_and_among_other_data(string control)
    {
        DatagramControl read = DatagramControl.Read(Bytes.Of(control));
        Assert.Equal((_local, _time), (read.LocalAddress, read.ReceivedAt));
    }

    [Theory]
    [InlineData(PacketInfo, true)]
    [InlineData("1C00000000000000 00000000 08000000 01000000 C2000101 C2000101 00000000", false)]
    [InlineData(Timestamp, false)]
    public void A_broadcast_has_another_destination_than_the_local_address(string control, bool isBroadcast) =>
        Assert.Equal(isBroadcast, DatagramControl.Read(Bytes.Of(control)).IsBroadcast);

    [Theory]
    [InlineData("")]
    [InlineData("1C00000000000000 00000000")] // cut within a header
    [InlineData("0F00000000000000 00000000 08000000" + PacketInfo)] // shorter than its own header
    [InlineData("0000000000000000 00000000 08000000" + PacketInfo)]
    [InlineData("FFFFFFFFFFFFFFFF 00000000 08000000" + PacketInfo)]
    [InlineData("2100000000000000 00000000 08000000 01000000 C2000101 C2000102 00000000")] // longer than the data
    [InlineData("1400000000000000 00000000 08000000 01000000")] // too short for its type
    [InlineData("1800000000000000 01000000 23000000 0000000000000000")]
    public void Missing_and_malformed_data_read_as_null(string control)
    {
        DatagramControl read = DatagramControl.Read(Bytes.Of(control));
        Assert.Equal((null, null), (read.LocalAddress, read.ReceivedAt));
    }

    [Theory]
    [InlineData("1400000000000000 01000000 28000000 07000000 00000000", 7)]
    [InlineData(Timestamp + "1400000000000000 01000000 28000000 FFFFFFFF 00000000" + PacketInfo, uint.MaxValue)]
    [InlineData("1200000000000000 01000000 28000000 0700 000000000000", 0)] // two bytes are not a number
    [InlineData(Timestamp + PacketInfo, 0)]
    public void The_number_of_drops_is_read_and_is_0_without_data(string control, uint dropped) =>
        Assert.Equal(dropped, DatagramControl.Read(Bytes.Of(control)).Dropped);

    [Fact]
    public void The_source_of_a_reply_is_written_as_the_kernel_reads_it()
    {
        byte[] control = new byte[DatagramControl.Size];
        control.AsSpan().Fill(0xFF);
        DatagramControl.WriteSource(control, _local);
        Assert.Equal(
            Bytes.Of("1C00000000000000 00000000 08000000 00000000 C2000101 00000000 00000000"),
            control[..DatagramControl.SourceSize]);
        Assert.Equal(_local, DatagramControl.Read(control.AsSpan(0, DatagramControl.SourceSize)).LocalAddress);
    }
}
