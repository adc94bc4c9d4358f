import { describe, expect, it } from 'vitest'
import { parseLdconfig } from './find-library.ts'
import { isFileOfLibrary, parseMappedFiles } from './process-maps.ts'

const MAPS = `00400000-00b6f000 r--p 00000000 fe:00 123 /usr/bin/node
00b6f000-02600000 r-xp 0076f000 fe:00 123 /usr/bin/node
7f0000000000-7f0000010000 r-xp 00000000 00:00 0 [anon]
7f1000000000-7f1000010000 rwxp 00000000 00:01 77 /memfd:jit (deleted)
7f2000000000-7f2000010000 r-xp 00001000 fe:00 456 /lib/x86_64-linux-gnu/libc.so.6
7f2000020000-7f2000030000 r-xp 00001000 fe:00 456 /lib/x86_64-linux-gnu/libc.so.6
7f3000000000-7f3000010000 r-xp 00001000 00:2d 789 /opt/with space/lib\\012x.so.1 (deleted)
7ffc00000000-7ffc00001000 r-xp 00000000 00:00 0 [vdso]
`

describe('parseMappedFiles', () => {
  it('lists each file that has code mapped once, under the name of its link', () => {
    expect(parseMappedFiles(MAPS)).toEqual([
      { range: 'b6f000-2600000', path: '/usr/bin/node', inode: 123 },
      { range: '7f1000000000-7f1000010000', path: '/memfd:jit', inode: 77 },
      { range: '7f2000000000-7f2000010000', path: '/lib/x86_64-linux-gnu/libc.so.6', inode: 456 },
      { range: '7f3000000000-7f3000010000', path: '/opt/with space/lib\nx.so.1', inode: 789 },
    ])
    expect(parseMappedFiles('junk\n\n')).toEqual([])
  })
})

describe('names of libraries', () => {
  it('match with and without their last numbers', () => {
    expect(isFileOfLibrary('/usr/lib/libstdc++.so.6.0.30', 'libstdc++.so.6')).toBe(true)
    expect(isFileOfLibrary('/lib/libc.so.6', 'libc.so.6')).toBe(true)
    expect(isFileOfLibrary('/lib/libc.so.60', 'libc.so.6')).toBe(false)
    expect(isFileOfLibrary('/lib/notlibc.so.6', 'libc.so.6')).toBe(false)
  })
  it('are looked up in the linker’s list for this machine’s kind', () => {
    const text =
      '2 libs found in cache\n\tlibz.so.1 (libc6) => /lib/i386/libz.so.1\n\tlibz.so.1 (libc6,x86-64) => /lib/x/libz.so.1\n\tlibz.so (libc6,x86-64) => /lib/x/libz.so\n'
    expect(parseLdconfig(text, 'libz.so.1', 'x64')).toEqual(['/lib/x/libz.so.1'])
    expect(parseLdconfig(text, 'libz.so.1', 'arm64')).toEqual([])
  })
})
