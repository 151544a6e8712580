using System.Management.Automation;
using static ProxyHelper.PowerShell.Errors;

namespace ProxyHelper.PowerShell.Resolving;

/// <summary>
/// Makes the error records about resolvers. As in <see cref="Errors"/>, the id of an error is the name of its method
/// and never changes.
/// </summary>
internal static class ResolverErrors
{
    private const string GiveWords =
        "Give the program and each of its arguments as a text of its own: "
        + "-ResolverCommand 'ssh', 'router', 'pfctl -ss'.";

    public static ErrorRecord ResolverVariableUnusable(UsedVariableException cause) => Make(
        new ArgumentException(cause.Message, cause),
        ErrorCategory.InvalidArgument,
        cause.Expression,
        "Set the variable before the start, or write the value into the script. For a function, write its name: the "
            + "script can call the functions of this session.");

    public static ErrorRecord ResolverNotOpened(Exception cause, ScriptBlock script) => Make(
        new InvalidOperationException(
            $"The runspace of the resolver script cannot be opened. {cause.Message}", cause),
        ErrorCategory.OpenError,
        script,
        "Run Import-Module with each module that the script uses, and correct what it reports.");

    public static ErrorRecord ResolverCommandNotFound(string program, Exception cause) => Make(
        new ItemNotFoundException($"-ResolverCommand: there is no program '{program}'.", cause),
        ErrorCategory.ObjectNotFound,
        program,
        $"{GiveWords} For a command of PowerShell, use -Resolver {{ param($Query) ... }}.");

    public static ErrorRecord ResolverCommandInvalid(string program, Exception cause) => Make(
        new ArgumentException($"-ResolverCommand cannot be used. {cause.Message}", cause),
        ErrorCategory.InvalidArgument,
        program,
        GiveWords);

    public static ErrorRecord TableNotFound(string path, Exception cause) => Make(
        new FileNotFoundException($"-Path: there is no file {path}.", path, cause),
        ErrorCategory.ObjectNotFound,
        path,
        "Check the path. Let a job write the table to another file and rename it, such as: "
            + "ssh router pfctl -ss > new && mv new table");

    public static ErrorRecord TableUnusable(string path, Exception cause) => Make(
        new IOException($"The table cannot be used. {cause.Message}", cause),
        ErrorCategory.ReadError,
        path,
        $"Run Get-NatMapping -Path '{path}' to see what the file contains.");

    public static ErrorRecord MaxTableAgeOutOfRange(TimeSpan age, string fault) => Make(
        new ArgumentException(fault),
        ErrorCategory.InvalidArgument,
        age,
        "Give a number of seconds. The default is 60 seconds (-MaxTableAge 60).");

    public static ErrorRecord KernelNeedsLinux(string system) => Make(
        new PlatformNotSupportedException(
            $"Only a Linux kernel has a conntrack table that a helper can look connections up in; this is {system}."),
        ErrorCategory.NotImplemented,
        system,
        "Use -Resolver, -ResolverCommand or -Path to look connections up on the router.");
}
