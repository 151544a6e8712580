using System.Buffers.Binary;
using System.Net;

namespace ProxyHelper.Tests.Responders;

/// <summary>IPv4 addresses as the core has them: their bytes read as a big-endian number.</summary>
internal static class Addresses
{
    public static uint Number(string address) => BinaryPrimitives.ReadUInt32BigEndian(IPAddress.Parse(address).GetAddressBytes());
}
