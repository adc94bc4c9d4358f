/* Throws C++ exceptions without a C++ compiler: children throw one that nobody catches, which ends them. */
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

void *__cxa_allocate_exception(unsigned long size);
void __cxa_throw(void *object, void *type, void (*destructor)(void *));
extern char _ZTIi[];

__attribute__((noinline)) void thrower(void) { __cxa_throw(__cxa_allocate_exception(4), _ZTIi, 0); }

int main(void) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (;;) {
    if (fork() == 0) {
      close(2);
      thrower();
    }
    wait(NULL);
    struct timespec t = {0, 20000000};
    nanosleep(&t, NULL);
  }
}
