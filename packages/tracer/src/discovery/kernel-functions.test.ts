import { describe, expect, it } from 'vitest'
import { isReshapedCopy, listKernelFunctions, moduleTracepoints, nameInSource } from './kernel-functions.ts'

const KALLSYMS = `
ffffffff81000000 T _text
ffffffff81000010 T __entry_text_start
ffffffff81000020 T entry_SYSCALL_64
ffffffff81000030 T __entry_text_end
ffffffff81100000 T __pfx_vfs_read
ffffffff81100010 T vfs_read
ffffffff81100110 t vfs_read.cold
ffffffff81100200 t do_work.isra.0
ffffffff81100300 t init_once
ffffffff81100400 t init_once
ffffffff81100500 W weak_one
ffffffff81100600 d not_code
ffffffff81100700 t untyped
ffffffff83000000 B __init_begin
ffffffff83000000 T _sinittext
ffffffff83000010 T start_kernel
ffffffff83000100 T _einittext
ffffffffc0201000 t ftrace_trampoline	[__builtin__ftrace]
ffffffffc0202000 t bpf_prog_6deef7357e7b4530_x	[bpf]
ffffffffc0300000 t kvm_thing	[kvm]
ffffffffc0300100 t __traceiter_kvm_entry	[kvm]
ffffffffc0300200 T __traceiter_sched_switch
`.trim()
const TYPED = new Set(['vfs_read', 'do_work', 'init_once', 'weak_one', 'kvm_thing', 'start_kernel', 'entry_SYSCALL_64', 'guarded'])
const base = { available: null, kallsyms: KALLSYMS, blacklist: null, hasType: (name: string) => TYPED.has(name) }
const listed = (list: ReturnType<typeof listKernelFunctions>) =>
  list.functions.map((f) => [f.name, f.module, f.refusal].filter(Boolean).join(' '))

describe('listKernelFunctions', () => {
  it('without a list from ftrace, takes code symbols that BTF describes and that are still there', () => {
    const list = listKernelFunctions(base)
    expect(list.source).toBe('kallsyms-and-btf')
    expect(listed(list)).toEqual([
      'do_work.isra.0',
      'entry_SYSCALL_64 kprobe-blacklist',
      'init_once ambiguous-name',
      'kvm_thing kvm',
      'vfs_read',
      'weak_one',
    ])
  })

  it('refuses what stands on the blacklist', () => {
    const list = listKernelFunctions({ ...base, blacklist: '0xffffffff81100010-0xffffffff81100100\tvfs_read\n' })
    expect(list.functions.find((f) => f.name === 'vfs_read')?.refusal).toBe('kprobe-blacklist')
  })

  it('takes the list from ftrace where there is one, with the same refusals', () => {
    const available = 'vfs_read\ninit_once\nentry_SYSCALL_64\nkvm_thing [kvm]\n__ftrace_invalid_address___12\nweird name\n'
    const list = listKernelFunctions({ ...base, available })
    expect(list.source).toBe('available_filter_functions')
    expect(listed(list)).toEqual(['entry_SYSCALL_64 kprobe-blacklist', 'init_once ambiguous-name', 'kvm_thing kvm', 'vfs_read'])
  })

  it('without BTF takes every code symbol, and without addresses keeps the code of the start', () => {
    const hidden = KALLSYMS.replaceAll(/^[0-9a-f]{16}/gm, '0'.repeat(16))
    const list = listKernelFunctions({ ...base, kallsyms: hidden, hasType: null })
    expect(list.source).toBe('kallsyms')
    expect(listed(list)).toEqual(expect.arrayContaining(['untyped', 'start_kernel', 'entry_SYSCALL_64']))
    expect(listed(list).filter((name) => /__pfx_|cold|not_code|bpf_prog|trampoline/.test(name))).toEqual([])
  })

  it('takes no name that is none', () => {
    const list = listKernelFunctions({ ...base, kallsyms: 'ffffffff81100010 T a b\nffffffff81100010 T x;y\nshort\n', hasType: null })
    expect(list.functions).toEqual([])
  })
})

describe('names', () => {
  it('knows copies by their suffix', () => {
    expect(['a.isra.0', 'a.constprop.1.isra.0', 'a'].map(nameInSource)).toEqual(['a', 'a', 'a'])
    expect(['a.isra.0', 'a.part.0', 'a', 'a.slowpath'].map(isReshapedCopy)).toEqual([true, true, false, false])
  })
  it('knows which tracepoints a module brings', () => {
    expect([...moduleTracepoints(KALLSYMS)]).toEqual([['kvm_entry', 'kvm']])
  })
})
