using System.Runtime.InteropServices;

namespace ProxyHelper.Linux;

/// <summary>The exception that is thrown when a system call failed.</summary>
public class LinuxException : IOException
{
    /// <summary>The name of the call that starts a thread.</summary>
    internal const string ThreadCall = "start a thread";

    /// <summary>Makes the exception with the C library's words for the error number.</summary>
    /// <param name="call">The call and its object, such as "bind 194.0.1.1:114".</param>
    /// <param name="errno">The error number that the call set.</param>
    public LinuxException(string call, Errno errno)
        : this(call, errno, Marshal.GetPInvokeErrorMessage((int)errno))
    {
    }

    /// <summary>Makes the exception with other words.</summary>
    /// <param name="call">The call and its object.</param>
    /// <param name="errno">The error number that the call set.</param>
    /// <param name="words">The description of the error.</param>
    public LinuxException(string call, Errno errno, string words)
        : base($"{call}: {words} ({errno})")
    {
        Call = call;
        Errno = errno;
    }

    /// <summary>Gets the call that failed, and its object.</summary>
    public string Call { get; }

    /// <summary>Gets the error number that the call set.</summary>
    public Errno Errno { get; }
}
