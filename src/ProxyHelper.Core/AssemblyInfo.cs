using System.Runtime.CompilerServices;

// The structures passed to the kernel are laid out as they stand; nothing is converted on the way.
[assembly: DisableRuntimeMarshalling]
