using System.Management.Automation;
using ProxyHelper.Linux;
using ProxyHelper.PowerShell.Resolving;
using ProxyHelper.Sources;

namespace ProxyHelper.PowerShell.Commands;

/// <summary>
/// Represents the parameters that choose where a helper looks connections up: in the kernel of this host, or with
/// exactly one resolver.
/// </summary>
public abstract class HelperSourceCommand : ProxyHelperCommand
{
    private protected const string KernelSet = "Kernel";
    private protected const string ScriptSet = "Script";
    private protected const string CommandSet = "Command";
    private protected const string TableSet = "Table";

    /// <summary>
    /// Gets or sets the script that looks connections up. It gets an object with Protocol, Source and Destination, and
    /// returns mappings, the text of a NAT table, or nothing. It runs in runspaces of its own.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = ScriptSet)]
    [RequireValue(IsSingle = true)]
    public ScriptBlock? Resolver { get; set; }

    /// <summary>
    /// Gets or sets the program, and its arguments, that writes the NAT table of a router or a part of it. The
    /// placeholders {source}, {destination}, {sourceAddress}, {sourcePort}, {destinationAddress}, {destinationPort} and
    /// {protocol} are replaced. No shell is used.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = CommandSet)]
    [ValidateCount(1, CommandResolver.MaxWords)]
    [RequireValue(AcceptsAnyCharacter = true, AcceptsEmptyText = true)]
    public string[] ResolverCommand { get; set; } = [];

    /// <summary>
    /// Gets or sets the file that has the NAT table of a router. The file is read again when it changes.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = TableSet)]
    [RequireValue(AcceptsAnyCharacter = true, IsSingle = true)]
    public string? Path { get; set; }

    /// <summary>
    /// Gets or sets the maximum age of the table of -Path. An older table gives no answer. The default is 1 minute. 1
    /// second to 1 day. A number is a number of seconds.
    /// </summary>
    [Parameter(ParameterSetName = TableSet)]
    [Seconds(IsSingle = true)]
    public TimeSpan MaxTableAge { get; set; } = TableResolver.DefaultMaxAge;

    /// <summary>Opens the resolver that the parameters choose.</summary>
    /// <returns>The resolver, or null for the kernel of this host.</returns>
    private protected MappingResolver? OpenResolver() => ParameterSetName switch
    {
        ScriptSet => OpenScript(Resolver!),
        CommandSet => OpenCommand(),
        TableSet => OpenTable(Path!),
        _ => null,
    };

    private ScriptResolver OpenScript(ScriptBlock script)
    {
        try
        {
#pragma warning disable CA2000 // the caller disposes of the resolver
            var opening = ScriptResolver.OpenAsync(new ResolverScript(script, SessionState));
#pragma warning restore CA2000
            return Await(opening, "Opening the runspaces of the resolver", "Modules are loaded", longest: null);
        }
        catch (UsedVariableException failure)
        {
            throw Terminating(ResolverErrors.ResolverVariableUnusable(failure));
        }
        catch (RuntimeException failure)
        {
            throw Terminating(ResolverErrors.ResolverNotOpened(failure, script));
        }
    }

    private CommandResolver OpenCommand()
    {
        string name = ResolverCommand[0];
        try
        {
            string program = name.AsSpan().ContainsAny('/', '\\') ? ResolveFile(name) : name;
            string folder = SessionState.Path.CurrentFileSystemLocation.ProviderPath;
            return new CommandResolver([program, .. ResolverCommand.Skip(1)], folder);
        }
        catch (FileNotFoundException failure)
        {
            throw Terminating(ResolverErrors.ResolverCommandNotFound(name, failure));
        }
        catch (Exception failure) when (failure is ArgumentException or IOException)
        {
            throw Terminating(ResolverErrors.ResolverCommandInvalid(name, failure));
        }
    }

    private TableResolver OpenTable(string given)
    {
        if (TableResolver.FindAgeFault(MaxTableAge) is { } fault)
        {
            throw Terminating(ResolverErrors.MaxTableAgeOutOfRange(MaxTableAge, fault));
        }

        string path = given;
        try
        {
            path = ResolveFile(given);
            var table = TableResolver.Open(path, MaxTableAge);
            Warn(table);
            return table;
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException
            or LinuxException { Errno: Errno.ENOENT })
        {
            throw Terminating(ResolverErrors.TableNotFound(path, failure));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Terminating(HelperErrors.FindLimit(CommandName, failure)
                ?? ResolverErrors.TableUnusable(path, failure));
        }
    }

    private void Warn(TableResolver table)
    {
        if (table.Age > MaxTableAge)
        {
            WriteWarning(
                $"{Path} is {Seconds(table.Age)} old. Until the file is written again, every query is answered \"not "
                + $"found\". -MaxTableAge is {Seconds(MaxTableAge)}.");
        }

        if (TableAnswers.DescribeFaults(table.Table) is { } faults)
        {
            WriteWarning($"{Path}: {faults}. A connection in such a line is answered \"not found\".");
        }
    }
}
