using System.Management.Automation.Host;

namespace ProxyHelper.Documents.Engine;

/// <summary>Represents a screen of 120 columns, the width for which the pages are written.</summary>
internal sealed class Screen : PSHostRawUserInterface
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
    public override KeyInfo ReadKey(ReadKeyOptions options) => throw NoKeys();

    /// <inheritdoc/>
    public override void FlushInputBuffer()
    {
        // Nothing reads keys.
    }

    /// <inheritdoc/>
    public override BufferCell[,] GetBufferContents(Rectangle rectangle) => throw NoKeys();

    /// <inheritdoc/>
    public override void SetBufferContents(Rectangle rectangle, BufferCell fill) => throw NoKeys();

    /// <inheritdoc/>
    public override void SetBufferContents(Coordinates origin, BufferCell[,] contents) => throw NoKeys();

    /// <inheritdoc/>
    public override void ScrollBufferContents(
        Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill) => throw NoKeys();

    private static NotSupportedException NoKeys() => new("This screen has no keys and cannot be read.");
}
