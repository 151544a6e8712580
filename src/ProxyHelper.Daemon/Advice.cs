using ProxyHelper.Access;
using ProxyHelper.Linux;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Daemon;

/// <summary>Describes failures, with what an administrator can do about them.</summary>
internal static class Advice
{
    /// <summary>Returns the failure and the advice as sentences.</summary>
    public static string Describe(Exception failure) => $"{failure.Message.TrimEnd('.')}.{For(failure)}";

    /// <summary>Returns a space and the advice as sentences, or an empty text if there is no advice.</summary>
    public static string For(Exception failure) => failure switch
    {
        SecretFileException { IsUnsafe: true } file => $" Run '{SecretFile.RestrictionCommand(file.Path)}'.",
        BindException { Errno: Errno.EADDRNOTAVAIL } =>
            $" {ErrnoAdvice.For(failure)} If the host gets the address later, use --allow-absent-address.",
        _ => ErrnoAdvice.For(failure) is { } advice ? $" {advice}" : string.Empty,
    };
}
