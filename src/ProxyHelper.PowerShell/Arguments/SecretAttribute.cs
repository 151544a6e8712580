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
internal sealed class SecretAttribute : ArgumentAttribute
{
    /// <summary>Initializes the attribute. The message about a character that is not printable has the text.</summary>
    public SecretAttribute()
    {
        AcceptsAnyCharacter = true;
    }

    /// <inheritdoc/>
    protected override object Read(object value, PSObject given)
    {
        string? text = value switch
        {
            SecureString secure => Reveal(secure),
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString(),
        };
        return NumberText.TryRead<uint>(text, out _)
            ? new NetworkCredential(string.Empty, text).SecurePassword
            : throw NotASecret();
    }

    /// <inheritdoc/>
    protected override object ReadList(object[] all) => throw NotASecret();

    /// <inheritdoc/>
    protected override Exception Missing(string what) => NotASecret();

    /// <summary>Returns the number in the value of a parameter, or 0 if there is no value.</summary>
    public static uint Read(SecureString? bound) =>
        bound is not null && NumberText.TryRead(Reveal(bound), out uint secret) ? secret : 0;

    private static Exception NotASecret() =>
        Fault("The secret is a number from 0 to 4294967295, plain or in a SecureString.");

    private static string Reveal(SecureString secure) => new NetworkCredential(string.Empty, secure).Password;
}
