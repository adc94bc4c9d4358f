import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseTracepointFormat } from './tracepoint-format.ts'

const recorded = readFileSync(new URL('./fixtures/tracefs-formats.txt', import.meta.url), 'utf8')
const formats = new Map(
  recorded.split(/^(?=name: )/m).flatMap((text) => {
    const format = parseTracepointFormat(text)
    return format === null ? [] : [[format.name, format]]
  }),
)
const fieldOf = (event: string, name: string) => formats.get(event)?.fields.find((field) => field.name === name)

describe('parseTracepointFormat', () => {
  it('reads what a kernel wrote', () => {
    expect([...formats.keys()]).toEqual(recorded.match(/(?<=^name: ).*$/gm))
    expect(formats.get('sched_switch')?.id).toBe(372)
    expect(
      formats.get('sched_switch')?.fields.map((field) => `${field.cType} ${field.name} ${field.kind} ${field.offset}+${field.size}`),
    ).toEqual([
      'char[16] prev_comm char-array 8+16',
      'pid_t prev_pid int 24+4',
      'int prev_prio int 28+4',
      'long prev_state int 32+8',
      'char[16] next_comm char-array 40+16',
      'pid_t next_pid int 56+4',
      'int next_prio int 60+4',
    ])
    expect(formats.get('sched_switch')?.printFmt).toMatch(/^"prev_comm=%s .*REC->next_prio$/)
  })

  it('leaves out what every event has', () => {
    for (const format of formats.values()) expect(format.fields.filter((field) => field.name.startsWith('common_'))).toEqual([])
  })

  it('takes a signed C type for signed, although system calls keep their arguments as unsigned words', () => {
    expect(fieldOf('sys_enter_openat', 'dfd')).toMatchObject({ cType: 'int', kind: 'int', signed: false, size: 8 })
    expect(fieldOf('sys_enter_openat', 'filename')).toMatchObject({ cType: 'const char *', kind: 'pointer' })
    expect(fieldOf('sys_enter_openat', 'mode')).toMatchObject({ cType: 'umode_t', kind: 'uint' })
  })

  it.each([
    ['__data_loc char[] name', 4, 0, { name: 'name', kind: 'dynamic-string', cType: '__data_loc char[]' }],
    ['__rel_loc char[] name', 4, 0, { kind: 'dynamic-string' }],
    ['__data_loc u8[] data', 4, 0, { kind: 'dynamic-array', elements: null }],
    ['__u8 saddr[4]', 4, 0, { name: 'saddr', kind: 'array', cType: '__u8[4]', elements: 4 }],
    ['__u8 saddr[sizeof(struct sockaddr_in6)]', 28, 0, { name: 'saddr', kind: 'array', elements: null }],
    ['unsigned long args[6]', 48, 0, { kind: 'array', elements: 6 }],
    ['char buf[]', 0, 0, { kind: 'char-array', elements: null }],
    ['bool reclaim', 1, 0, { kind: 'bool' }],
    ['void * skbaddr', 8, 0, { kind: 'pointer' }],
    ['struct robust_list_head * * head_ptr', 8, 0, { kind: 'pointer', cType: 'struct robust_list_head * *' }],
    ['const void *const ptr', 8, 0, { kind: 'pointer', cType: 'const void *const' }],
    ['unsigned nr', 4, 0, { kind: 'uint', cType: 'unsigned' }],
    ['enum zone_type zone', 4, 0, { kind: 'uint', cType: 'enum zone_type' }],
    ['struct timespec t', 16, 0, { kind: 'other' }],
    ['s64 delta', 8, 1, { kind: 'int' }],
  ] as const)('knows %s', (declaration, size, signed, expected) => {
    const text = `name: x\nID: 1\nformat:\n\tfield:${declaration};\toffset:8;\tsize:${size};\tsigned:${signed};\n\nprint fmt: "%d", REC->x\n`
    expect(parseTracepointFormat(text)?.fields).toEqual([expect.objectContaining({ offset: 8, size, ...expected })])
  })

  it('is null for other texts, and takes no line that is none', () => {
    for (const text of ['', 'name: x\n', 'ID: 3\n', '\0\0']) expect(parseTracepointFormat(text)).toBeNull()
    const text =
      'name: x\nID: 1\n\tfield:;\toffset:8;\tsize:8;\tsigned:0;\n\tfield:int;\toffset:8;\tsize:8;\tsigned:0;\n\tfield:int a;\toffset:-1;\tsize:8;\tsigned:0;\n'
    expect(parseTracepointFormat(text)?.fields).toEqual([])
  })
})
