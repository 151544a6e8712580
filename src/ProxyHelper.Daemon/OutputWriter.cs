using System.Text;
using ProxyHelper.Linux;

namespace ProxyHelper.Daemon;

/// <summary>
/// Writes to the standard output, one system call for each text. Unlike the console of .NET, the writer reports every
/// failure, also a closed pipe.
/// </summary>
internal sealed class OutputWriter : TextWriter
{
    /// <inheritdoc/>
    public override Encoding Encoding => Encoding.UTF8;

    /// <inheritdoc/>
    public override void Write(char value) => Write(value.ToString());

    /// <inheritdoc/>
    public override void Write(string? value) => StandardStream.Output.Write(Encoding.GetBytes(value ?? string.Empty));

    /// <inheritdoc/>
    public override void WriteLine(string? value) => Write($"{value}\n");
}
