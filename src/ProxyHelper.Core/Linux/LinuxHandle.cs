using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace ProxyHelper.Linux;

/// <summary>Represents an open file descriptor. This is the only place that closes one.</summary>
[SupportedOSPlatform("linux")]
internal abstract partial class LinuxHandle : SafeHandleMinusOneIsInvalid
{
    /// <summary>Makes a handle without a descriptor.</summary>
    protected LinuxHandle()
        : base(ownsHandle: true)
    {
    }

    /// <summary>Returns the error number of the last system call of this thread.</summary>
    internal static Errno LastError() => (Errno)Marshal.GetLastPInvokeError();

    /// <summary>Checks the result of a system call.</summary>
    /// <exception cref="LinuxException">Thrown when the result is negative.</exception>
    internal static void Check(int result, string call)
    {
        if (result < 0)
        {
            throw new LinuxException(call, LastError());
        }
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => Close((int)handle);

    /// <summary>Closes a descriptor.</summary>
    internal static bool Close(int descriptor) => CloseCall(descriptor) == 0;

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseCall(int descriptor);
}
