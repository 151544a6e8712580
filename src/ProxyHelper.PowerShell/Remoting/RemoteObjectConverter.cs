using System.Management.Automation;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Makes the objects of the module from what remoting, background jobs and Import-Clixml deliver. The engine calls it,
/// because ProxyHelper.Types.ps1xml names it for each type.
/// </summary>
public sealed class RemoteObjectConverter : PSTypeConverter
{
    /// <inheritdoc/>
    public override bool CanConvertFrom(object sourceValue, Type destinationType) =>
        sourceValue is PSObject given && RemoteObjects.TypeOf(given) == destinationType;

    /// <inheritdoc/>
    /// <exception cref="PSInvalidCastException">
    /// Thrown when a property is missing or cannot be read. The engine then delivers the object with its text only.
    /// </exception>
    public override object ConvertFrom(
        object sourceValue, Type destinationType, IFormatProvider formatProvider, bool ignoreCase) =>
        RemoteObjects.Read((PSObject)sourceValue, destinationType);

    /// <inheritdoc/>
    public override bool CanConvertTo(object sourceValue, Type destinationType) => false;

    /// <inheritdoc/>
    public override object ConvertTo(
        object sourceValue, Type destinationType, IFormatProvider formatProvider, bool ignoreCase) =>
        throw new NotSupportedException();
}
