using System.Runtime.CompilerServices;

// Structures that are passed to the kernel keep their layout: nothing is converted.
[assembly: DisableRuntimeMarshalling]
