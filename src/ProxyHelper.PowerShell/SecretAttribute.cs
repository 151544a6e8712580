using System.Globalization;
using System.Management.Automation;
using System.Net;
using System.Security;
using ProxyHelper.Addresses;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Lets a parameter accept the shared secret as a number, or as a SecureString that holds a number. The value is kept
/// as a SecureString, because the engine writes bound parameters into its logs and traces. No message repeats the
/// input: it may be almost the secret.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SecretAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        string? text = (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) switch
        {
            SecureString secure => Reveal(secure),
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            var other => other?.ToString(),
        };
        return NumberText.TryRead<uint>(text, out _)
            ? new NetworkCredential(string.Empty, text).SecurePassword
            : throw new ArgumentTransformationMetadataException(
                "The secret is a number from 0 to 4294967295, plain or in a SecureString.");
    }

    /// <summary>Returns the number in the value of a parameter, or 0 if there is no value.</summary>
    public static uint Read(SecureString? bound) =>
        bound is not null && NumberText.TryRead(Reveal(bound), out uint secret) ? secret : 0;

    private static string Reveal(SecureString secure) => new NetworkCredential(string.Empty, secure).Password;
}
