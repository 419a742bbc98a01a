// The disk and the clock of a daemon under trial: a library that is loaded before the C library (LD_PRELOAD) and makes
// what is asked of files in one folder fail, tear, wait or end the process, at a chosen call.
//
// BERTH_FAULTS_FOLDER   the folder: files below it count, and no others
// BERTH_FAULTS_CONTROL  a file of at least 4,096 bytes, shared with whoever tries the daemon: `struct control`
// BERTH_FAULTS_FILES    how many files the process may have open; as it is where that is not set
// BERTH_FAULTS_UNDO     where to note what is written and not yet synced, so that a loss of power can be played afterwards
//
// Calls go to the kernel by number, so that nothing here depends on the order in which libraries are loaded. SQLite,
// Swift's Foundation and the daemon itself reach files through the C library's names, which are the ones below. Writes
// through a memory map are not seen; the only one is SQLite's shared-memory file, which is not durable and not meant to be.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

// All fields are 64 bits wide; the other side is Sources/berth-proof/Crash/FaultControl.swift.
struct control {
    int64_t clock_ahead;  // seconds that time() is ahead
    int64_t calls;        // calls of the kinds in `kinds` so far
    int64_t kinds;        // which calls are counted and struck
    int64_t first;        // the first call that is struck, from 1; 0: none
    int64_t count;        // how many are struck
    int64_t action;       // what is done to them
    int64_t error;        // for FAIL: the errno
    int64_t micros;       // for WAIT: how long, in microseconds
    int64_t part;         // for END and FAIL of a write: how many eighths of it are written before
    int64_t struck;       // calls struck so far
    int64_t undo;         // 1: note what is not yet synced; 2: the same, and the disk says that it has synced what it has not
};

enum { WRITE = 1, SYNC = 2, TRUNCATE = 4, NAME = 8, OPEN = 16, READ = 32, BOOK_WRITE = 64 };
enum { END = 1, FAIL = 2, WAIT = 3 };
enum { UNTRACKED = 0, OTHER = 1, BOOK = 2, LOG = 3 };

static struct control *control;
static char folder[4096];
static size_t folder_length;
static int undo_file = -1;
static unsigned char unsynced[4];
static int has_lost;
static pthread_mutex_t undo_lock = PTHREAD_MUTEX_INITIALIZER;

// What a change of a file was, before it was made; behind it the bytes that were there, and those that were to be.
struct note {
    uint32_t magic, kind, file, spare;
    int64_t offset, new_bytes, old_size, old_bytes;
};

#define NOTE_MAGIC 0x42544821

#define DESCRIPTORS 65536
static unsigned char kind_of[DESCRIPTORS];

// Where the last whole note ends. The process before this one may have been ended while it noted something, before it did it.
static int64_t end_of_notes(int file) {
    struct stat status;
    struct note note;
    int64_t end = 0;
    if (fstat(file, &status) != 0) return 0;
    while (syscall(SYS_pread64, file, &note, sizeof note, end) == sizeof note && note.magic == NOTE_MAGIC) {
        int64_t next = end + (int64_t)sizeof note + note.old_bytes + note.new_bytes;
        if (next > status.st_size) break;
        end = next;
    }
    return end;
}

__attribute__((constructor)) static void prepare(void) {
    // Whoever tries the daemon may be killed, too.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const char *where = getenv("BERTH_FAULTS_FOLDER"), *shared = getenv("BERTH_FAULTS_CONTROL");
    const char *undo = getenv("BERTH_FAULTS_UNDO"), *files = getenv("BERTH_FAULTS_FILES");
    if (files) {
        struct rlimit limit = {atoi(files), atoi(files)};
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    if (!where || !shared || strlen(where) >= sizeof folder) return;
    strcpy(folder, where);
    folder_length = strlen(folder);
    int file = syscall(SYS_openat, AT_FDCWD, shared, O_RDWR | O_CLOEXEC, 0);
    if (file < 0) return;
    void *map = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    syscall(SYS_close, file);
    if (map == MAP_FAILED) return;
    control = map;
    if (undo) {
        // Out of the way of programs that count on the lowest descriptors.
        int low = syscall(SYS_openat, AT_FDCWD, undo, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        if (low >= 0) {
            undo_file = fcntl(low, F_DUPFD_CLOEXEC, 200);
            syscall(SYS_close, low);
            // What the process before this one has left unsynced still is.
            int64_t end = end_of_notes(undo_file);
            if (syscall(SYS_ftruncate, undo_file, end) == 0 && end > 0) unsynced[BOOK] = unsynced[LOG] = has_lost = 1;
        }
    }
}

static int ends_with(const char *path, const char *end) {
    size_t length = strlen(path), tail = strlen(end);
    return length >= tail && strcmp(path + length - tail, end) == 0;
}

static int kind_of_path(const char *path) {
    if (!control || !path || strncmp(path, folder, folder_length) != 0) return UNTRACKED;
    if (path[folder_length] != '/' && path[folder_length] != 0) return UNTRACKED;
    // Every write here is the book's or its log's, but for those of SQLite's index of the log.
    if (ends_with(path, "-shm")) return UNTRACKED;
    if (ends_with(path, "/book.sqlite")) return BOOK;
    if (ends_with(path, "/book.sqlite-wal")) return LOG;
    return OTHER;
}

static int kind_of_file(int file) { return control && file >= 0 && file < DESCRIPTORS ? kind_of[file] : UNTRACKED; }

static void end_process(void) {
    syscall(SYS_kill, syscall(SYS_getpid), SIGKILL);
    for (;;) pause();
}

// What is to be done to this call: 0, END or FAIL. WAIT is done here.
static int strike(int kind) {
    if (!(__atomic_load_n(&control->kinds, __ATOMIC_RELAXED) & kind)) return 0;
    int64_t call = __atomic_add_fetch(&control->calls, 1, __ATOMIC_RELAXED);
    int64_t first = __atomic_load_n(&control->first, __ATOMIC_RELAXED);
    if (first == 0 || call < first || call >= first + __atomic_load_n(&control->count, __ATOMIC_RELAXED)) return 0;
    __atomic_add_fetch(&control->struck, 1, __ATOMIC_RELAXED);
    int64_t action = __atomic_load_n(&control->action, __ATOMIC_RELAXED);
    if (action == WAIT) {
        int64_t micros = control->micros;
        struct timespec length = {micros / 1000000, micros % 1000000 * 1000};
        syscall(SYS_nanosleep, &length, NULL);
        return 0;
    }
    return action;
}

static int failed(void) {
    errno = control->error;
    return -1;
}

static int struck_plainly(int kind) {
    int action = strike(kind);
    if (action == END) end_process();
    return action == FAIL;
}

// MARK: What is not yet synced

enum { NOTE_WRITE = 1, NOTE_TRUNCATE = 2, NOTE_SYNC = 3, NOTE_GONE = 4, NOTE_LOST = 5 };

static void put(const void *bytes, size_t count) {
    while (count > 0) {
        ssize_t done = syscall(SYS_write, undo_file, bytes, count);
        if (done <= 0) return;
        bytes = (const char *)bytes + done;
        count -= done;
    }
}

static int64_t size_of(int file) {
    struct stat status;
    return fstat(file, &status) == 0 ? status.st_size : 0;
}

// Notes a change before it is made: what is there now, and what will be.
static void note_change(int file, int kind, uint32_t what, const void *bytes, size_t count, int64_t offset) {
    int64_t size = size_of(file);
    int64_t last = what == NOTE_TRUNCATE ? size : offset + (int64_t)count;
    int64_t old = (last < size ? last : size) - offset;
    if (old < 0) old = 0;
    struct note note = {NOTE_MAGIC, what, kind, 0, offset, count, size, old};
    char *before = old > 0 ? malloc(old) : NULL;
    if (old > 0 && (!before || syscall(SYS_pread64, file, before, old, offset) != old)) note.old_bytes = 0;
    put(&note, sizeof note);
    if (note.old_bytes > 0) put(before, note.old_bytes);
    if (count > 0) put(bytes, count);
    free(before);
    unsynced[kind] = 1;
}

// What was noted of a file is durable, or the file is gone, or the kernel has given up on it: after a sync that failed Linux
// takes the pages for clean, although the disk never had them.
static void settle(int kind, uint32_t what) {
    struct note note = {NOTE_MAGIC, what, kind, 0, 0, 0, 0, 0};
    unsynced[kind] = 0;
    if (what == NOTE_LOST) has_lost = 1;
    if (has_lost || unsynced[BOOK] || unsynced[LOG]) put(&note, sizeof note);
    else if (ftruncate64(undo_file, 0) != 0) put(&note, sizeof note);
}

static int notes(int kind) { return kind >= BOOK && undo_file >= 0 && control->undo; }

// MARK: Files

static int open_file(int at, const char *path, int flags, mode_t mode) {
    int kind = at == AT_FDCWD || (path && path[0] == '/') ? kind_of_path(path) : UNTRACKED;
    if (kind && struck_plainly(OPEN)) return failed();
    int file = syscall(SYS_openat, at, path, flags, mode);
    if (file >= 0 && file < DESCRIPTORS) kind_of[file] = kind;
    return file;
}

#define OPENER(name, ...)                                             \
    {                                                                 \
        mode_t mode = 0;                                              \
        if (flags & (O_CREAT | __O_TMPFILE)) {                        \
            va_list rest;                                             \
            va_start(rest, flags);                                    \
            mode = va_arg(rest, mode_t);                              \
            va_end(rest);                                             \
        }                                                             \
        return open_file(__VA_ARGS__, path, flags, mode);             \
    }
int open(const char *path, int flags, ...) OPENER(open, AT_FDCWD)
int open64(const char *path, int flags, ...) OPENER(open64, AT_FDCWD)
int openat(int at, const char *path, int flags, ...) OPENER(openat, at)
int openat64(int at, const char *path, int flags, ...) OPENER(openat64, at)

int close(int file) {
    if (file >= 0 && file < DESCRIPTORS) kind_of[file] = UNTRACKED;
    return syscall(SYS_close, file);
}

// A whole write at `offset`, or at the file's own place where that is negative.
static ssize_t write_now(int file, int kind, const void *bytes, size_t count, int64_t offset) {
    if (!notes(kind)) {
        return offset < 0 ? syscall(SYS_write, file, bytes, count) : syscall(SYS_pwrite64, file, bytes, count, offset);
    }
    pthread_mutex_lock(&undo_lock);
    int64_t place = offset < 0 ? lseek64(file, 0, SEEK_CUR) : offset;
    note_change(file, kind, NOTE_WRITE, bytes, count, place);
    ssize_t done =
        offset < 0 ? syscall(SYS_write, file, bytes, count) : syscall(SYS_pwrite64, file, bytes, count, offset);
    int error = errno;
    pthread_mutex_unlock(&undo_lock);
    errno = error;
    return done;
}

static ssize_t write_file(int file, const void *bytes, size_t count, int64_t offset) {
    int kind = kind_of_file(file);
    if (!kind) {
        return offset < 0 ? syscall(SYS_write, file, bytes, count) : syscall(SYS_pwrite64, file, bytes, count, offset);
    }
    int action = strike(kind == BOOK ? WRITE | BOOK_WRITE : WRITE);
    if (!action) return write_now(file, kind, bytes, count, offset);
    size_t part = count * control->part / 8;
    ssize_t done = part > 0 ? write_now(file, kind, bytes, part, offset) : 0;
    if (action == END) end_process();
    return done > 0 ? done : failed();
}

ssize_t write(int file, const void *bytes, size_t count) { return write_file(file, bytes, count, -1); }
ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset) {
    return write_file(file, bytes, count, offset);
}
ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t offset) {
    return write_file(file, bytes, count, offset);
}

ssize_t pread(int file, void *bytes, size_t count, off_t offset) {
    if (kind_of_file(file) && struck_plainly(READ)) return failed();
    return syscall(SYS_pread64, file, bytes, count, offset);
}
ssize_t pread64(int file, void *bytes, size_t count, off64_t offset) { return pread(file, bytes, count, offset); }

static int sync_file(long number, int file) {
    int kind = kind_of_file(file);
    if (!kind) return syscall(number, file);
    int fails = struck_plainly(SYNC);
    if (!notes(kind)) return fails ? failed() : syscall(number, file);
    pthread_mutex_lock(&undo_lock);
    if (control->undo == 2 && !fails) {
        pthread_mutex_unlock(&undo_lock);
        return 0;
    }
    if (fails) {
        settle(kind, NOTE_LOST);
        pthread_mutex_unlock(&undo_lock);
        return failed();
    }
    int result = syscall(number, file), error = errno;
    if (result == 0) settle(kind, NOTE_SYNC);
    pthread_mutex_unlock(&undo_lock);
    errno = error;
    return result;
}
int fsync(int file) { return sync_file(SYS_fsync, file); }
int fdatasync(int file) { return sync_file(SYS_fdatasync, file); }

int ftruncate64(int file, off64_t size) {
    int kind = kind_of_file(file);
    if (kind && struck_plainly(TRUNCATE)) return failed();
    if (!notes(kind)) return syscall(SYS_ftruncate, file, size);
    pthread_mutex_lock(&undo_lock);
    note_change(file, kind, NOTE_TRUNCATE, NULL, 0, size);
    int result = syscall(SYS_ftruncate, file, size), error = errno;
    pthread_mutex_unlock(&undo_lock);
    errno = error;
    return result;
}
int ftruncate(int file, off_t size) { return ftruncate64(file, size); }

// MARK: Names

static int is_struck(const char *path) { return kind_of_path(path) && struck_plainly(NAME); }

int rename(const char *from, const char *to) {
    if (is_struck(to)) return failed();
    return syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}
int link(const char *from, const char *to) {
    if (is_struck(to)) return failed();
    return syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
}
int unlink(const char *path) {
    if (is_struck(path)) return failed();
    int kind = kind_of_path(path), result = syscall(SYS_unlinkat, AT_FDCWD, path, 0), error = errno;
    if (result == 0 && notes(kind)) {
        pthread_mutex_lock(&undo_lock);
        settle(kind, NOTE_GONE);
        pthread_mutex_unlock(&undo_lock);
    }
    errno = error;
    return result;
}

// MARK: The clock

// The wall clock by which the book lives. Waiting until a time on it is the kernel's affair, whose clock stays.
time_t time(time_t *out) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    time_t seconds = now.tv_sec + (control ? __atomic_load_n(&control->clock_ahead, __ATOMIC_RELAXED) : 0);
    if (out) *out = seconds;
    return seconds;
}
