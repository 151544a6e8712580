using System.Globalization;
using System.Management.Automation.Host;

namespace ProxyHelper.Documents.Engine;

/// <summary>Represents the program around the engine, which gives it a screen to write to.</summary>
internal sealed class ScreenHost(TextWriter screen) : PSHost
{
    /// <inheritdoc/>
    public override string Name => "ProxyHelper.Documents.Tests";

    /// <inheritdoc/>
    public override Version Version { get; } = new(0, 0);

    /// <inheritdoc/>
    public override Guid InstanceId { get; } = Guid.NewGuid();

    /// <inheritdoc/>
    public override PSHostUserInterface UI { get; } = new ScreenInterface(screen);

    /// <inheritdoc/>
    public override CultureInfo CurrentCulture => CultureInfo.InvariantCulture;

    /// <inheritdoc/>
    public override CultureInfo CurrentUICulture => CultureInfo.InvariantCulture;

    /// <inheritdoc/>
    public override void SetShouldExit(int exitCode)
    {
        // No example of a page exits.
    }

    /// <inheritdoc/>
    public override void EnterNestedPrompt() => throw new NotSupportedException("This host has no prompt.");

    /// <inheritdoc/>
    public override void ExitNestedPrompt() => throw new NotSupportedException("This host has no prompt.");

    /// <inheritdoc/>
    public override void NotifyBeginApplication()
    {
        // The screen has no state that a program can change.
    }

    /// <inheritdoc/>
    public override void NotifyEndApplication()
    {
        // The screen has no state that a program can change.
    }
}
