using System.Management.Automation.Host;

namespace ProxyHelper.EngineHost;

/// <summary>A console of 120 columns, whatever the terminal is: default formatting needs a width, and always the same.</summary>
internal sealed class FixedWidthConsole : PSHostRawUserInterface
{
    private static readonly Size _size = new(120, 50);

    /// <inheritdoc/>
    public override Size BufferSize { get; set; } = _size;

    /// <inheritdoc/>
    public override Size WindowSize { get; set; } = _size;

    /// <inheritdoc/>
    public override Size MaxWindowSize => _size;

    /// <inheritdoc/>
    public override Size MaxPhysicalWindowSize => _size;

    /// <inheritdoc/>
    public override Coordinates CursorPosition { get; set; }

    /// <inheritdoc/>
    public override Coordinates WindowPosition { get; set; }

    /// <inheritdoc/>
    public override int CursorSize { get; set; } = 1;

    /// <inheritdoc/>
    public override ConsoleColor ForegroundColor { get; set; } = ConsoleColor.Gray;

    /// <inheritdoc/>
    public override ConsoleColor BackgroundColor { get; set; } = ConsoleColor.Black;

    /// <inheritdoc/>
    public override string WindowTitle { get; set; } = string.Empty;

    /// <inheritdoc/>
    public override bool KeyAvailable => false;

    /// <inheritdoc/>
    public override KeyInfo ReadKey(ReadKeyOptions options) => throw NoScreen();

    /// <inheritdoc/>
    public override void FlushInputBuffer()
    {
        // Nothing is ever read, so nothing waits to be read.
    }

    /// <inheritdoc/>
    public override BufferCell[,] GetBufferContents(Rectangle rectangle) => throw NoScreen();

    /// <inheritdoc/>
    public override void SetBufferContents(Rectangle rectangle, BufferCell fill) => throw NoScreen();

    /// <inheritdoc/>
    public override void SetBufferContents(Coordinates origin, BufferCell[,] contents) => throw NoScreen();

    /// <inheritdoc/>
    public override void ScrollBufferContents(
        Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill) => throw NoScreen();

    private static NotSupportedException NoScreen() => new("This host writes lines; it has no keys and no screen to read back.");
}
