// Prepares the process before the .NET runtime starts. The runtime needs some milliseconds until it runs managed code,
// and managed code cannot prepare threads that the runtime has started already.

#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

// Fills the numbers of closed standard streams. Without it, the next socket or file would get the number 2, and log
// lines would go there. A read or write of a filled number fails, as with a closed one.
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

// Lets a write beyond the limit of file sizes (ulimit -f) fail with EFBIG: a log line is lost, and the daemon goes on.
static void outlive_large_files(void)
{
    (void)signal(SIGXFSZ, SIG_IGN);
}

// Forbids all threads to gain privileges, such as by running a set-user-ID program. The kernel keeps this state for
// each thread, and a new thread inherits it. --check runs tools such as nft, which need the privileges of this process.
static void forbid_gains(int count, char **arguments)
{
    for (int i = 1; i < count; i++)
    {
        if (strcmp(arguments[i], "--check") == 0)
        {
            return;
        }
    }

    for (int capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; capability++)
    {
        (void)prctl(PR_CAPBSET_DROP, capability, 0, 0, 0); // refused without CAP_SETPCAP; the next line is enough then
    }

    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

static void prepare_process(int count, char **arguments, char **environment)
{
    (void)environment;
    hold_signals();
    outlive_large_files();
    fill_standard_streams();
    forbid_gains(count, arguments);
}

// The C library calls these functions first, before the constructors of the runtime.
__attribute__((section(".preinit_array"), used)) static void (*const prepare)(int, char **, char **) = prepare_process;
