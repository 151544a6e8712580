using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Internal;
using System.Security;

namespace ProxyHelper.Documents.Engine;

/// <summary>Writes what the shell shows to the screen, without colors. It cannot ask.</summary>
internal sealed class ScreenInterface(TextWriter screen) : PSHostUserInterface
{
    /// <inheritdoc/>
    public override PSHostRawUserInterface RawUI { get; } = new Screen();

    /// <inheritdoc/>
    public override void Write(string value) => screen.Write(Plain(value));

    /// <inheritdoc/>
    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) =>
        Write(value);

    /// <inheritdoc/>
    public override void WriteLine(string value) => screen.WriteLine(Plain(value));

    /// <inheritdoc/>
    public override void WriteErrorLine(string value) => screen.WriteLine(Plain(value));

    /// <inheritdoc/>
    public override void WriteWarningLine(string message) => screen.WriteLine($"WARNING: {message}");

    /// <inheritdoc/>
    public override void WriteVerboseLine(string message) => screen.WriteLine($"VERBOSE: {message}");

    /// <inheritdoc/>
    public override void WriteDebugLine(string message) => screen.WriteLine($"DEBUG: {message}");

    /// <inheritdoc/>
    public override void WriteProgress(long sourceId, ProgressRecord record)
    {
        // A progress bar is not part of an example.
    }

    /// <inheritdoc/>
    public override string ReadLine() => throw CannotAsk();

    /// <inheritdoc/>
    public override SecureString ReadLineAsSecureString() => throw CannotAsk();

    /// <inheritdoc/>
    public override Dictionary<string, PSObject> Prompt(
        string caption, string message, Collection<FieldDescription> descriptions) => throw CannotAsk();

    /// <inheritdoc/>
    public override int PromptForChoice(
        string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice) => throw CannotAsk();

    /// <inheritdoc/>
    public override PSCredential PromptForCredential(
        string caption, string message, string userName, string targetName) => throw CannotAsk();

    /// <inheritdoc/>
    public override PSCredential PromptForCredential(
        string caption,
        string message,
        string userName,
        string targetName,
        PSCredentialTypes allowedCredentialTypes,
        PSCredentialUIOptions options) => throw CannotAsk();

    // The engine colors headings and errors. The host decides whether the colors stay.
    private static string Plain(string value) => new StringDecorated(value).ToString(OutputRendering.PlainText);

    private static PSInvalidOperationException CannotAsk() =>
        new("This host cannot ask.");
}
