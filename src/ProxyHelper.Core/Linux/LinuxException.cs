using System.Runtime.InteropServices;

namespace ProxyHelper.Linux;

/// <summary>A system call that failed: which, why, and the error number.</summary>
public class LinuxException : IOException
{
    /// <summary>Makes the exception from the error number alone; the words are the C library's.</summary>
    /// <param name="call">The call and what it was about, such as "bind 194.0.1.1:114".</param>
    /// <param name="errno">The error number that the call set.</param>
    public LinuxException(string call, Errno errno)
        : this(call, errno, Marshal.GetPInvokeErrorMessage((int)errno))
    {
    }

    /// <summary>Makes the exception with words of its own.</summary>
    /// <param name="call">The call and what it was about.</param>
    /// <param name="errno">The error number that the call set.</param>
    /// <param name="words">What went wrong.</param>
    public LinuxException(string call, Errno errno, string words)
        : base($"{call}: {words} ({errno})")
    {
        Call = call;
        Errno = errno;
    }

    /// <summary>The call that failed, and what it was about.</summary>
    public string Call { get; }

    /// <summary>The error number that the call set.</summary>
    public Errno Errno { get; }
}
