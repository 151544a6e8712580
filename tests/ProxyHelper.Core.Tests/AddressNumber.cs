using System.Buffers.Binary;
using System.Net;

namespace ProxyHelper.Tests;

/// <summary>IPv4 addresses as the core has them: their bytes read as a big-endian number.</summary>
internal static class AddressNumber
{
    public static uint Of(string address) => BinaryPrimitives.ReadUInt32BigEndian(IPAddress.Parse(address).GetAddressBytes());
}
