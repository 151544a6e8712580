using System.Runtime.InteropServices;
using System.Security.Cryptography;
using ProxyHelper.Protocol;

namespace ProxyHelper.Responders;

/// <summary>Who may ask.</summary>
internal sealed class AccessRules(uint secret)
{
    /// <summary>Judges a query.</summary>
    public Verdict Judge(in Query query)
    {
        uint given = query.Secret, ours = secret;
        bool same = CryptographicOperations.FixedTimeEquals(
            MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(ref given, 1)),
            MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(ref ours, 1)));
        return same ? Verdict.Allowed : Verdict.WrongSecret;
    }
}
