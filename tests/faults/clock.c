/* A wall clock that jumps by CLOCK_JUMP seconds half a second after it was first read; preloaded by tests/command/faults.rs.
 * Clocks that only go forward are left alone: the kernel promises as much. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long jump(void) {
    static struct timespec first;
    struct timespec now;
    const char *seconds = getenv("CLOCK_JUMP");
    syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
    if (first.tv_sec == 0) first = now;
    long passed = (now.tv_sec - first.tv_sec) * 1000 + (now.tv_nsec - first.tv_nsec) / 1000000;
    return seconds && passed > 500 ? atol(seconds) : 0;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    int result = syscall(SYS_clock_gettime, clock, time);
    if (result == 0 && clock == CLOCK_REALTIME) time->tv_sec += jump();
    return result;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
    int result = syscall(SYS_gettimeofday, time, zone);
    if (result == 0) time->tv_sec += jump();
    return result;
}

time_t time(time_t *result) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (result) *result = now.tv_sec;
    return now.tv_sec;
}
