/* Stands between the program and the system (LD_PRELOAD) and lets the n-th change of a file of the shop go wrong. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

enum { OFF, COUNT, KILL, FULL, FULL_STAYS, IO, SHORT };
static int mode = OFF;
static long left = 0, seen = 0;
static char prefix[4096];
static int failing = 0;

void km_arm(int new_mode, long at, const char *folder) {
    strncpy(prefix, folder, sizeof prefix - 1);
    left = at; seen = 0; failing = 0; mode = new_mode;
}
long km_seen(void) { mode = OFF; return seen; }

static int ours(int fd) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    if (n <= 0) return 0;
    path[n] = 0;
    return strncmp(path, prefix, strlen(prefix)) == 0;
}
/* 0: go on; otherwise what is to happen now */
static int due(int mine) {
    if (mode == OFF || !mine) return 0;
    if (failing) return FULL;
    if (__sync_add_and_fetch(&seen, 1) != left || mode == COUNT) return 0;
    if (mode == FULL_STAYS) { failing = 1; return FULL; }
    return mode;
}
static int fails(int what) { errno = what == FULL ? ENOSPC : EIO; return -1; }
#define REAL(name) static __typeof__(name) *real; if (!real) real = dlsym(RTLD_NEXT, #name)
#define WRITES(name, args, call, half) \
    ssize_t name args { REAL(name); int what = mode ? due(ours(fd)) : 0; \
        if (!what) return real call; \
        if (what == KILL) { half; kill(getpid(), SIGKILL); } \
        if (what == SHORT) { half; return n / 2 ? (ssize_t)(n / 2) : (ssize_t)n; } \
        return fails(what); }
WRITES(write, (int fd, const void *b, size_t n), (fd, b, n), real(fd, b, n / 2 ? n / 2 : n))
WRITES(pwrite, (int fd, const void *b, size_t n, off_t o), (fd, b, n, o), real(fd, b, n / 2 ? n / 2 : n, o))
WRITES(pwrite64, (int fd, const void *b, size_t n, off64_t o), (fd, b, n, o), real(fd, b, n / 2 ? n / 2 : n, o))
#define CHANGES(name, args, call, mine) \
    int name args { REAL(name); int what = mode ? due(mine) : 0; \
        if (what == KILL) kill(getpid(), SIGKILL); \
        if (!what || what == SHORT) return real call; \
        return fails(what); }
CHANGES(fsync, (int fd), (fd), ours(fd))
CHANGES(fdatasync, (int fd), (fd), ours(fd))
CHANGES(ftruncate, (int fd, off_t n), (fd, n), ours(fd))
CHANGES(ftruncate64, (int fd, off64_t n), (fd, n), ours(fd))
#define IN(path) (strncmp(path, prefix, strlen(prefix)) == 0)
/* a name can always be taken away, also on a full disk */
int unlink(const char *path) {
    REAL(unlink);
    int what = mode ? due(IN(path)) : 0;
    if (what == KILL) kill(getpid(), SIGKILL);
    return what == IO ? fails(what) : real(path);
}
CHANGES(rename, (const char *a, const char *b), (a, b), IN(b))
