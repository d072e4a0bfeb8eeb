// SPDX-License-Identifier: Apache-2.0
#include "src/media/sandbox.hpp"

#include <sched.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "src/base/limits.hpp"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define OB_SANITIZED 1
#else
#define OB_SANITIZED 0
#endif

namespace outboard::media {
namespace {

constexpr rlim_t kAddressSpace =
    rlim_t{2} * 1024 * limits::kMiB;  // 40 megapixels and 100 libraries
constexpr rlim_t kProcessorSeconds = 30;
constexpr rlim_t kDescriptors = 32;

void bound(__rlimit_resource what, rlim_t most) {
    const rlimit limit{.rlim_cur = most, .rlim_max = most};
    ::setrlimit(what, &limit);
}

// Everything else fails with EPERM, so that a library which only asks goes on without.
constexpr int kAllowed[] = {
    SCMP_SYS(read),
    SCMP_SYS(write),
    SCMP_SYS(close),
    SCMP_SYS(fstat),
    SCMP_SYS(lseek),
    SCMP_SYS(mmap),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(mprotect),
    SCMP_SYS(madvise),
    SCMP_SYS(brk),
    SCMP_SYS(futex),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(rseq),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(nanosleep),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(getrandom),
    SCMP_SYS(getrusage),
    SCMP_SYS(sysinfo),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
};

}  // namespace

void limit_process() {
    bound(RLIMIT_CORE, 0);
    bound(RLIMIT_NOFILE, kDescriptors);
    bound(RLIMIT_CPU, kProcessorSeconds);
    if (!OB_SANITIZED) {  // those reserve terabytes, and back them by files
        bound(RLIMIT_FSIZE, 0);
        bound(RLIMIT_AS, kAddressSpace);
    }
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    if (::unshare(CLONE_NEWNET) != 0) ::unshare(CLONE_NEWUSER | CLONE_NEWNET);
}

Result<void> shut_in() {
    if (OB_SANITIZED) return {};  // their reports need files and calls of their own
    const std::unique_ptr<void, void (*)(scmp_filter_ctx)> filter(
        seccomp_init(SCMP_ACT_ERRNO(EPERM)), seccomp_release
    );
    int problem = filter ? 0 : -ENOMEM;
    const auto allow = [&](auto... rule) {
        if (problem == 0) problem = seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, rule...);
    };
    for (const int call : kAllowed) allow(call, 0U);
    // Threads, never processes. clone3 hides its flags from filters: glibc then uses clone.
    allow(SCMP_SYS(clone), 1U, SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
    if (problem == 0) {
        problem = seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    }
    // abort() ends this process by a signal to itself.
    allow(SCMP_SYS(tgkill), 1U, SCMP_A0(SCMP_CMP_EQ, static_cast<scmp_datum_t>(::getpid())));
    if (problem == 0) problem = seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_TSYNC, 1);
    if (problem == 0) problem = seccomp_load(filter.get());
    if (problem == 0) return {};
    return fail(
        Code::Unavailable,
        "Pictures cannot be taken: this system has no seccomp to shut the decoder in."
    );
}

}  // namespace outboard::media
