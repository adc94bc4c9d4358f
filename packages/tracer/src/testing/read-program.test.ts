import { describe, expect, it } from 'vitest'
import { readProgram } from './read-program.ts'

describe('the strict reader of programs', () => {
  it('reads what programs are made of', () => {
    const text =
      'BEGIN { @p[42] = 1; }\ntracepoint:syscalls:sys_enter_openat /@p[pid] && str(uptr(args->filename)) == "/etc/hosts"/ { @c[pid] = count(); }\nuretprobe:/proc/1/fd/20:0x1f0 { $k = reg("sp") - 8; if (($k & 0xff) != 0) { delete(@s[tid, $k]); } }\ninterval:s:1 { printf("sonde-slice %llu\\n", nsecs); }\n'
    expect(readProgram(text)).toEqual({
      points: ['BEGIN', 'tracepoint:syscalls:sys_enter_openat', 'uretprobe:/proc/1/fd/20:0x1f0', 'interval:s:1'],
      strings: ['/etc/hosts', 'sp', 'sonde-slice %llu\\n'],
      fields: ['filename'],
    })
  })

  it.each([
    'BEGIN { cat("/etc/shadow"); }',
    'BEGIN { system("id"); }',
    'BEGIN { @a = kaddr("x"); }',
    'BEGIN { @a = 1; } // more',
    'BEGIN { @a = 1; } /* */ END { }',
    '#include <x>\nBEGIN { @a = 1; }',
    'uprobe:/tmp/x:main { @a = 1; }',
    'uprobe:/proc/1/fd/2:main { @a = 1; }',
    'tracepoint:syscalls:* { @a = 1; }',
    'tracepoint:a:b,tracepoint:c:d { @a = 1; }',
    'BEGIN { @a = 1; } }',
    'BEGIN { @a = 1; ',
    'BEGIN { @a = (1]; }',
    'BEGIN { @a = "x y"; }',
    'BEGIN { @a = "x\\"; }',
    'BEGIN { @a = "é"; }',
    'BEGIN { @evil = 1; }',
    'BEGIN { @a = curtask; }',
    'BEGIN /1/ 2/ { @a = 1; }',
    'kprobe:a;b { @a = 1; }',
  ])('refuses %j', (text) => {
    expect(() => readProgram(text)).toThrow()
  })
})
