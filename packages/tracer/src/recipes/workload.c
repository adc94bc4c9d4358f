/* Does one thing over and over, for the tests of the recipes: workload MODE FOLDER. Ends when its parent does. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *folder = "/tmp";

static void pause_us(long us) {
  struct timespec t = {us / 1000000, us % 1000000 * 1000};
  nanosleep(&t, NULL);
}

static char *in_folder(const char *name) {
  static __thread char path[4096];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

__attribute__((noinline)) long workload_function(long n) {
  volatile long sum = 0;
  for (long i = 0; i < n; i++) sum += i;
  return sum;
}

static void functions(void) {
  for (;;) {
    workload_function(20000);
    pause_us(500);
  }
}

static void spin(void) {
  for (;;) workload_function(1000000);
}

static void files(void) {
  char buffer[4096];
  memset(buffer, 'x', sizeof buffer);
  for (int i = 0;; i++) {
    int fd = open(in_folder("workload-file"), O_RDWR | O_CREAT, 0600);
    if (pwrite(fd, buffer, sizeof buffer, 0) < 0) exit(3);
    if (write(fd, buffer, 100) < 0) exit(3);
    lseek(fd, 0, SEEK_SET);
    if (read(fd, buffer, 512) < 0) exit(3);
    if (pread(fd, buffer, 1024, 0) < 0) exit(3);
    close(fd);
    unlinkat(AT_FDCWD, in_folder("workload-file"), 0);
    open(in_folder("not-there"), O_RDONLY);
    pause_us(2000);
  }
}

static void disk(void) {
  char *buffer;
  if (posix_memalign((void **)&buffer, 4096, 65536)) exit(3);
  memset(buffer, 'y', 65536);
  int fd = open(in_folder("workload-disk"), O_RDWR | O_CREAT, 0600);
  for (int i = 0;; i++) {
    if (pwrite(fd, buffer, 65536, (i % 16) * 65536L) < 0) exit(3);
    fsync(fd);
    posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    if (pread(fd, buffer, 4096, (i % 16) * 65536L) < 0) exit(3);
    pause_us(5000);
  }
}

static void faults(void) {
  for (;;) {
    char *memory = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (int i = 0; i < 1 << 20; i += 4096) memory[i] = 1;
    munmap(memory, 1 << 20);
    pause_us(10000);
  }
}

static void major_faults(void) {
  size_t size = 1 << 20;
  int fd = open(in_folder("workload-mapped"), O_RDWR | O_CREAT, 0600);
  char *buffer = calloc(1, size);
  memset(buffer, 'z', size);
  if (write(fd, buffer, size) < 0) exit(3);
  volatile char sum = 0;
  for (;;) {
    fsync(fd);
    posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    char *memory = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
    madvise(memory, size, MADV_RANDOM);
    for (size_t i = 0; i < size; i += 65536) sum += memory[i];
    munmap(memory, size);
    pause_us(20000);
  }
}

static void allocations(void) {
  /* Volatile: a compiler leaves out an allocation that nobody looks at. */
  void *volatile memory;
  for (;;) {
    for (int i = 0; i < 20; i++) {
      memory = malloc(5000);
      free(memory);
    }
    pause_us(1000);
  }
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static void *lock_loop(void *unused) {
  for (;;) {
    pthread_mutex_lock(&mutex);
    pause_us(500);
    pthread_mutex_unlock(&mutex);
    pause_us(50);
  }
  return unused;
}

static void locks(void) {
  pthread_t thread;
  for (int i = 0; i < 3; i++) pthread_create(&thread, NULL, lock_loop, NULL);
  lock_loop(NULL);
}

/* Many threads change the address space of one process: they wait for its lock in the kernel. */
static void *mapping_loop(void *unused) {
  for (int i = 0;; i++) {
    char *memory = mmap(NULL, 1 << 18, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    munmap(memory, 1 << 18);
    if (i % 200 == 0) pause_us(2000);
  }
  return unused;
}

static void kernel_locks(void) {
  pthread_t thread;
  for (int i = 0; i < 5; i++) pthread_create(&thread, NULL, mapping_loop, NULL);
  mapping_loop(NULL);
}

/* Two processes play ping-pong over pipes. */
static void pipes(void) {
  int there[2], back[2];
  char byte = 0;
  if (pipe(there) || pipe(back)) exit(3);
  if (fork() == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) {
      if (read(there[0], &byte, 1) != 1) exit(0);
      pause_us(300);
      if (write(back[1], &byte, 1) != 1) exit(0);
    }
  }
  for (;;) {
    if (write(there[1], &byte, 1) != 1) exit(0);
    if (read(back[0], &byte, 1) != 1) exit(0);
  }
}

static void processes(void) {
  for (;;) {
    pid_t child = fork();
    if (child == 0) {
      execl("/bin/true", "true", NULL);
      _exit(1);
    }
    waitpid(child, NULL, 0);
    pause_us(20000);
  }
}

static void ignore_signal(int number) { (void)number; }
static void signals(void) {
  signal(SIGUSR1, ignore_signal);
  for (;;) {
    kill(getpid(), SIGUSR1);
    pause_us(5000);
  }
}

static int listener(struct sockaddr_in *address, int backlog) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  memset(address, 0, sizeof *address);
  address->sin_family = AF_INET;
  address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof *address;
  if (bind(fd, (struct sockaddr *)address, size) || listen(fd, backlog)) exit(3);
  getsockname(fd, (struct sockaddr *)address, &size);
  return fd;
}

static void tcp(void) {
  struct sockaddr_in address;
  int server = listener(&address, 16);
  for (;;) {
    int client = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(client, (struct sockaddr *)&address, sizeof address)) exit(3);
    int accepted = accept(server, NULL, NULL);
    if (write(client, "hello", 5) != 5) exit(3);
    close(client);
    close(accepted);
    struct sockaddr_in closed = address;
    closed.sin_port = htons(1);
    int refused = socket(AF_INET, SOCK_STREAM, 0);
    connect(refused, (struct sockaddr *)&closed, sizeof closed);
    close(refused);
    pause_us(5000);
  }
}

/* A listener that never accepts: once its queue is full, further SYNs are dropped and sent again a second later. */
static void retransmits(void) {
  struct sockaddr_in address;
  listener(&address, 0);
  for (;;) {
    for (int i = 0; i < 8; i++) {
      int client = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
      connect(client, (struct sockaddr *)&address, sizeof address);
    }
    pause_us(400000);
  }
}

/* Datagrams to a port that nobody listens on. */
static void drops(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(1), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  for (;;) {
    sendto(fd, "x", 1, 0, (struct sockaddr *)&address, sizeof address);
    pause_us(2000);
  }
}

/* Children that use more memory than their cgroup (v1: FOLDER/tasks) has. */
static void oom(void) {
  for (;;) {
    pid_t child = fork();
    if (child == 0) {
      int tasks = open(in_folder("tasks"), O_WRONLY);
      if (tasks < 0) tasks = open(in_folder("cgroup.procs"), O_WRONLY);
      if (write(tasks, "0", 1) != 1) _exit(3);
      for (;;) {
        char *memory = malloc(1 << 20);
        memset(memory, 1, 1 << 20);
      }
    }
    waitpid(child, NULL, 0);
    pause_us(100000);
  }
}

int main(int count, char **words) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (count > 2) folder = words[2];
  static const struct {
    const char *name;
    void (*run)(void);
  } modes[] = {{"spin", spin},           {"functions", functions},     {"files", files},
               {"disk", disk},           {"faults", faults},           {"major-faults", major_faults},
               {"allocations", allocations}, {"locks", locks},         {"kernel-locks", kernel_locks},
               {"pipes", pipes},         {"processes", processes},     {"signals", signals},
               {"tcp", tcp},             {"retransmits", retransmits}, {"drops", drops},
               {"oom", oom}};
  for (size_t i = 0; count > 1 && i < sizeof modes / sizeof modes[0]; i++)
    if (strcmp(words[1], modes[i].name) == 0) modes[i].run();
  return 2;
}
