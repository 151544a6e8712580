using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Internal;
using System.Security;

namespace ProxyHelper.EngineHost;

/// <summary>Writes what the shell shows to one writer, errors and remarks to another; asks nobody anything.</summary>
internal sealed class ConsoleUserInterface(TextWriter output, TextWriter errors) : PSHostUserInterface
{
    /// <inheritdoc/>
    public override PSHostRawUserInterface RawUI { get; } = new FixedWidthConsole();

    /// <inheritdoc/>
    public override void Write(string value) => output.Write(Plain(value));

    /// <inheritdoc/>
    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) => Write(value);

    /// <inheritdoc/>
    public override void WriteLine(string value) => output.WriteLine(Plain(value));

    /// <inheritdoc/>
    public override void WriteErrorLine(string value) => errors.WriteLine(Plain(value));

    /// <inheritdoc/>
    public override void WriteWarningLine(string message) => errors.WriteLine($"WARNING: {message}");

    /// <inheritdoc/>
    public override void WriteVerboseLine(string message) => errors.WriteLine($"VERBOSE: {message}");

    /// <inheritdoc/>
    public override void WriteDebugLine(string message) => errors.WriteLine($"DEBUG: {message}");

    /// <inheritdoc/>
    public override void WriteProgress(long sourceId, ProgressRecord record)
    {
        // A progress bar would be noise in a log.
    }

    /// <inheritdoc/>
    public override string ReadLine() => throw NobodyThere();

    /// <inheritdoc/>
    public override SecureString ReadLineAsSecureString() => throw NobodyThere();

    /// <inheritdoc/>
    public override Dictionary<string, PSObject> Prompt(
        string caption, string message, Collection<FieldDescription> descriptions) => throw NobodyThere();

    /// <inheritdoc/>
    public override int PromptForChoice(
        string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice) => throw NobodyThere();

    /// <inheritdoc/>
    public override PSCredential PromptForCredential(
        string caption, string message, string userName, string targetName) => throw NobodyThere();

    /// <inheritdoc/>
    public override PSCredential PromptForCredential(
        string caption,
        string message,
        string userName,
        string targetName,
        PSCredentialTypes allowedCredentialTypes,
        PSCredentialUIOptions options) => throw NobodyThere();

    // The engine colours headings and errors; the host decides whether they stay so.
    private static string Plain(string value) => new StringDecorated(value).ToString(OutputRendering.PlainText);

    private static PSInvalidOperationException NobodyThere() =>
        new("This host runs scripts unattended: nobody is there to answer a question.");
}
