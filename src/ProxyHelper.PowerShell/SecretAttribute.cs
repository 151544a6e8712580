using System.Globalization;
using System.Management.Automation;
using System.Net;
using System.Security;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Lets a parameter take the shared secret as a number or as a SecureString that holds one. What was given is in no message: it
/// may be nearly the secret.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SecretAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        string? text = (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) switch
        {
            SecureString secure => new NetworkCredential(string.Empty, secure).Password,
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            var other => other?.ToString(),
        };
        return uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint secret)
            ? secret
            : throw new ArgumentTransformationMetadataException("The secret is a number from 0 to 4294967295, plain or in a SecureString.");
    }
}
