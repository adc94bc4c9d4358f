/**
 * Where a system call stands in stacks and among tracepoints. Facts from the kernel's sources (arch/…/syscall wrappers, fs/, net/, mm/,
 * kernel/; Linux 5.10 to 6.12): the wrapper `__x64_sys_NAME` often ends in a jump, so that not it but the function it jumps to is in
 * the stack.
 */

/** Names as they come from a host; what is none is asked for nowhere. */
const NAME = /^[a-z_][a-z0-9_]{0,40}$/

/** What the wrapper of a call leads to, where it is not called after the call: one function a line. */
const INNER: Readonly<Record<string, readonly string[]>> = {
  accept: ['__sys_accept4'],
  clone: ['kernel_clone', '_do_fork'],
  clone3: ['kernel_clone', '_do_fork'],
  vfork: ['kernel_clone', '_do_fork'],
  fork: ['kernel_clone', '_do_fork'],
  clock_nanosleep: ['common_nsleep', 'hrtimer_nanosleep'],
  creat: ['do_sys_open', 'do_sys_openat2'],
  epoll_pwait: ['do_epoll_wait', 'do_epoll_pwait'],
  epoll_pwait2: ['do_epoll_wait', 'do_epoll_pwait'],
  epoll_wait: ['do_epoll_wait'],
  execve: ['do_execveat_common', 'do_execve'],
  execveat: ['do_execveat_common'],
  exit: ['do_exit'],
  exit_group: ['do_group_exit'],
  fdatasync: ['do_fsync'],
  fstat: ['vfs_fstat', '__do_sys_newfstat'],
  fsync: ['do_fsync'],
  futex: ['do_futex'],
  io_uring_enter: ['__do_sys_io_uring_enter'],
  mmap: ['ksys_mmap_pgoff', 'vm_mmap_pgoff'],
  munmap: ['__vm_munmap'],
  nanosleep: ['hrtimer_nanosleep'],
  newfstatat: ['vfs_fstatat', '__do_sys_newfstatat'],
  open: ['do_sys_open', 'do_sys_openat2'],
  openat: ['do_sys_open', 'do_sys_openat2'],
  openat2: ['do_sys_openat2'],
  poll: ['do_sys_poll'],
  ppoll: ['do_sys_poll'],
  preadv: ['do_preadv'],
  pselect6: ['do_pselect', 'core_sys_select'],
  pwritev: ['do_pwritev'],
  readv: ['do_readv'],
  rename: ['do_renameat2'],
  renameat: ['do_renameat2'],
  renameat2: ['do_renameat2'],
  rmdir: ['do_rmdir'],
  select: ['kern_select', 'core_sys_select'],
  sendfile: ['do_sendfile', '__x64_sys_sendfile64', '__arm64_sys_sendfile64'],
  stat: ['vfs_statx', '__do_sys_newstat'],
  lstat: ['vfs_statx', '__do_sys_newlstat'],
  statx: ['do_statx'],
  unlink: ['do_unlinkat'],
  unlinkat: ['do_unlinkat', 'do_rmdir'],
  wait4: ['kernel_wait4'],
  waitid: ['kernel_waitid'],
  writev: ['do_writev'],
}

/** Kernel functions that are in the stack of a thread that is in this call. Empty for what is no system call's name. */
export function entryFunctions(syscall: string): string[] {
  if (!NAME.test(syscall)) return []
  const wrappers = ['__x64_sys_', '__arm64_sys_', '__ia32_sys_', '__se_sys_', '__do_sys_', '__sys_', 'ksys_', 'do_sys_']
  return [...wrappers.map((prefix) => prefix + syscall), ...(INNER[syscall] ?? [])]
}

/** The same as a pattern of the flame graph's search. */
export function entryPattern(syscall: string): string {
  const names = [`(__(x64|arm64|ia32|se|do)_sys|__sys|ksys|do_sys)_${syscall}`, ...(INNER[syscall] ?? [])]
  return `^(${names.join('|')})(\\..*)?$`
}

/** Calls whose tracepoint has another name than the call: those of the functions in the kernel that define them. */
const TRACEPOINTS: Readonly<Record<string, string>> = {
  stat: 'newstat',
  lstat: 'newlstat',
  fstat: 'newfstat',
  uname: 'newuname',
  sendfile: 'sendfile64',
  umount2: 'umount',
  _sysctl: 'sysctl',
}

/** The tracepoint at the beginning of a call; null for what is no system call's name, or has no number's name. */
export function entryTracepoint(syscall: string): string | null {
  return NAME.test(syscall) && !/^syscall_\d+$/.test(syscall) ? `sys_enter_${TRACEPOINTS[syscall] ?? syscall}` : null
}
