// Prepares the process before the .NET runtime starts. The runtime needs some milliseconds until it runs managed code, and
// managed code cannot prepare threads that the runtime has started already.

#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

// Fills the numbers of closed standard streams. Without it, the next socket or file would get the number 2, and log lines
// would go there. A read or write of a filled number fails, as with a closed one.
static void fill_standard_streams(void)
{
    for (int number = STDIN_FILENO; number <= STDERR_FILENO; number++)
    {
        if (fcntl(number, F_GETFD) < 0)
        {
            (void)open("/dev/null", number == STDIN_FILENO ? O_WRONLY : O_RDONLY); // gets the lowest free number
        }
    }
}

// Holds the signals of the daemon back in all threads, also in those of the runtime. Linux/SignalQueue.cs reads them.
// SIGINT stays as it is if the parent ignores it: then a shell runs the daemon in the background of a script.
static void hold_signals(void)
{
    struct sigaction interrupt;
    sigset_t held;
    sigemptyset(&held);
    sigaddset(&held, SIGHUP);
    sigaddset(&held, SIGUSR1);
    sigaddset(&held, SIGTERM);
    if (sigaction(SIGINT, NULL, &interrupt) == 0 && interrupt.sa_handler != SIG_IGN)
    {
        sigaddset(&held, SIGINT);
    }

    sigprocmask(SIG_BLOCK, &held, NULL);
}

static void prepare_process(void)
{
    hold_signals();
    fill_standard_streams();
}

// The C library calls these functions first, before the constructors of the runtime.
__attribute__((section(".preinit_array"), used)) static void (*const prepare)(void) = prepare_process;
