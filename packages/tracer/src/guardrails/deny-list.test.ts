import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { DENIED_KERNEL_FUNCTIONS, deniedKernelFunction } from './deny-list.ts'

describe('deniedKernelFunction', () => {
  it.each([
    ['_raw_spin_lock', 'spin lock'],
    ['native_queued_spin_lock_slowpath', 'spin lock'],
    ['rcu_note_context_switch', 'RCU'],
    ['do_syscall_64', 'into or out of the kernel'],
    ['exc_page_fault', 'into or out of the kernel'],
    ['default_do_nmi', 'non-maskable'],
    ['ktime_get', 'reads the time'],
    ['ktime_get_mono_fast_ns', 'reads the time'],
    ['bpf_map_update_elem', 'fire itself'],
    ['perf_swevent_event', 'fire itself'],
    ['ftrace_graph_caller', 'fire itself'],
    ['__schedule', 'scheduler'],
    ['update_curr', 'scheduler'],
    ['memcpy', 'everywhere'],
    // Copies that the compiler made.
    ['pick_next_entity.isra.0', 'scheduler'],
    ['__schedule.constprop.3', 'scheduler'],
  ])('%s is denied: %s', (name, word) => {
    expect(deniedKernelFunction(name)).toContain(word)
  })

  // What bcc's tools, bpftrace's tools and the recipes put probes on.
  it.each([
    ...['vfs_read', 'vfs_write', 'vfs_fsync', 'vfs_open', 'vfs_create', 'vfs_unlink', 'do_sys_openat2', 'lookup_fast', 'd_lookup'],
    ...[
      'tcp_connect',
      'tcp_v4_connect',
      'tcp_sendmsg',
      'tcp_recvmsg',
      'tcp_retransmit_skb',
      'tcp_set_state',
      'inet_csk_accept',
      'tcp_drop',
    ],
    ...['blk_account_io_start', 'blk_account_io_done', 'blk_mq_start_request', 'submit_bio', '__blk_account_io_done'],
    ...['finish_task_switch', 'finish_task_switch.isra.0', 'try_to_wake_up', 'wake_up_new_task', 'schedule', 'do_exit', 'copy_process'],
    ...['handle_mm_fault', 'kmem_cache_alloc', '__kmalloc', 'shrink_node', 'oom_kill_process', 'mark_page_accessed', 'do_page_cache_ra'],
    ...['ext4_file_read_iter', 'ext4_sync_file', 'nfs_file_read', 'mutex_lock', 'down_read', 'copy_page_range', 'copy_page_to_iter'],
    ...[
      'security_file_open',
      'cap_capable',
      'do_nanosleep',
      'hrtimer_nanosleep',
      'ip_rcv',
      'kfree_skb_reason',
      'dev_queue_xmit',
      'napi_poll',
    ],
    ...[
      'nf_conntrack_in',
      'ct_sip_get_header',
      'do_futex',
      'futex_wait',
      'ep_poll',
      'do_epoll_wait',
      'account_page_dirtied',
      'load_elf_binary',
    ],
  ])('%s is not denied', (name) => {
    expect(deniedKernelFunction(name)).toBeNull()
  })

  it('names no pattern twice, and each is made of characters that a function has', () => {
    const patterns = DENIED_KERNEL_FUNCTIONS.flatMap((group) => group.patterns)
    expect(new Set(patterns).size).toBe(patterns.length)
    for (const pattern of patterns) expect(pattern).toMatch(/^[A-Za-z0-9_.*]+$/)
  })

  it.skipIf(!existsSync('/proc/kallsyms'))('leaves nine in ten functions of this kernel to be probed', () => {
    const names = [...readFileSync('/proc/kallsyms', 'utf8').matchAll(/^\S+ [tT] (?!__pfx_)(\S+)/gm)].map((match) => match[1] ?? '')
    const denied = names.filter((name) => deniedKernelFunction(name) !== null)
    expect(names.length).toBeGreaterThan(10_000)
    expect(denied.length / names.length).toBeLessThan(0.12)
    expect(denied.length).toBeGreaterThan(500)
  })
})
