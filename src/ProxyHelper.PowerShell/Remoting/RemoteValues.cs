using System.Management.Automation;
using System.Runtime.CompilerServices;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Gets the values of a property bag with their own types, so that they sort and compare like those of the object that
/// was sent. ProxyHelper.Types.ps1xml adds each method as a property of its name to the bags that have it.
/// </summary>
public static class RemoteValues
{
    /// <summary>Gets the end point that the bag was made of.</summary>
    public static object? EndPoint(PSObject given) => RemoteObjects.Find(given);

    /// <summary>Gets the property AskedFrom.</summary>
    public static object? AskedFrom(PSObject given) => Get(given);

    /// <summary>Gets the property At.</summary>
    public static object? At(PSObject given) => Get(given);

    /// <summary>Gets the property ByNatType.</summary>
    public static object? ByNatType(PSObject given) => Get(given);

    /// <summary>Gets the property ByProtocol.</summary>
    public static object? ByProtocol(PSObject given) => Get(given);

    /// <summary>Gets the property ByState.</summary>
    public static object? ByState(PSObject given) => Get(given);

    /// <summary>Gets the property Change.</summary>
    public static object? Change(PSObject given) => Get(given);

    /// <summary>Gets the property Destination.</summary>
    public static object? Destination(PSObject given) => Get(given);

    /// <summary>Gets the property Details.</summary>
    public static object? Details(PSObject given) => Get(given);

    /// <summary>Gets the property Direction.</summary>
    public static object? Direction(PSObject given) => Get(given);

    /// <summary>Gets the property Helper.</summary>
    public static object? Helper(PSObject given) => Get(given);

    /// <summary>Gets the property IgnoredReplies.</summary>
    public static object? IgnoredReplies(PSObject given) => Get(given);

    /// <summary>Gets the property NatType.</summary>
    public static object? NatType(PSObject given) => Get(given);

    /// <summary>Gets the property OriginalDestination.</summary>
    public static object? OriginalDestination(PSObject given) => Get(given);

    /// <summary>Gets the property OriginalSource.</summary>
    public static object? OriginalSource(PSObject given) => Get(given);

    /// <summary>Gets the property Outcome.</summary>
    public static object? Outcome(PSObject given) => Get(given);

    /// <summary>Gets the property Part.</summary>
    public static object? Part(PSObject given) => Get(given);

    /// <summary>Gets the property Protocol.</summary>
    public static object? Protocol(PSObject given) => Get(given);

    /// <summary>Gets the property Severity.</summary>
    public static object? Severity(PSObject given) => Get(given);

    /// <summary>Gets the property Source.</summary>
    public static object? Source(PSObject given) => Get(given);

    /// <summary>Gets the property StartedAt.</summary>
    public static object? StartedAt(PSObject given) => Get(given);

    /// <summary>Gets the property State.</summary>
    public static object? State(PSObject given) => Get(given);

    /// <summary>Gets the property Status.</summary>
    public static object? Status(PSObject given) => Get(given);

    /// <summary>Gets the property System.</summary>
    public static object? System(PSObject given) => Get(given);

    /// <summary>Gets the property TranslatedDestination.</summary>
    public static object? TranslatedDestination(PSObject given) => Get(given);

    /// <summary>Gets the property TranslatedSource.</summary>
    public static object? TranslatedSource(PSObject given) => Get(given);

    /// <summary>Returns a property of the object, or of the bag if the object cannot be made.</summary>
    private static object? Get(PSObject given, [CallerMemberName] string name = "")
    {
        ArgumentNullException.ThrowIfNull(given);
        return RemoteObjects.Find(given) is { } made
            ? made.GetType().GetProperty(name)!.GetValue(made)
            : new RemoteProperties(given).ValueOf(name);
    }
}
