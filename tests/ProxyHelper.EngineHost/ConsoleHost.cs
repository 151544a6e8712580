using System.Globalization;
using System.Management.Automation.Host;

namespace ProxyHelper.EngineHost;

/// <summary>What the engine asks of the program around it: a name, and a console to write to.</summary>
internal sealed class ConsoleHost(TextWriter output, TextWriter errors) : PSHost
{
    /// <inheritdoc/>
    public override string Name => "ProxyHelper.EngineHost";

    /// <inheritdoc/>
    public override Version Version { get; } = typeof(ConsoleHost).Assembly.GetName().Version ?? new Version(0, 0);

    /// <inheritdoc/>
    public override Guid InstanceId { get; } = Guid.NewGuid();

    /// <inheritdoc/>
    public override PSHostUserInterface UI { get; } = new ConsoleUserInterface(output, errors);

    /// <inheritdoc/>
    public override CultureInfo CurrentCulture => CultureInfo.InvariantCulture;

    /// <inheritdoc/>
    public override CultureInfo CurrentUICulture => CultureInfo.InvariantCulture;

    /// <inheritdoc/>
    public override void SetShouldExit(int exitCode)
    {
        // A script file's exit status arrives in $LASTEXITCODE; there is no prompt that could be left.
    }

    /// <inheritdoc/>
    public override void EnterNestedPrompt() => throw new NotSupportedException("There is no prompt in this host.");

    /// <inheritdoc/>
    public override void ExitNestedPrompt() => throw new NotSupportedException("There is no prompt in this host.");

    /// <inheritdoc/>
    public override void NotifyBeginApplication()
    {
        // The console keeps no state that a program could change.
    }

    /// <inheritdoc/>
    public override void NotifyEndApplication()
    {
        // As above.
    }
}
