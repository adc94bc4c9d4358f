import { existsSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { readWholeFile } from './read-whole-file.ts'

describe('readWholeFile', () => {
  it.each(['/etc/passwd', '/proc/self/maps', '/sys/kernel/notes', '/sys/kernel/btf/vmlinux', process.execPath])(
    'reads all of %s',
    async (file) => {
      if (!existsSync(file)) return
      const bytes = await readWholeFile(file)
      if (file.startsWith('/proc')) expect(bytes?.length).toBeGreaterThan(0)
      else expect(Buffer.compare(bytes ?? Buffer.alloc(0), readFileSync(file))).toBe(0)
    },
  )

  it('is null where there is nothing to read', async () => {
    expect([await readWholeFile('/no/such/file'), await readWholeFile('/tmp')]).toEqual([null, null])
    await expect(readFile('/tmp')).rejects.toThrow('EISDIR')
  })
})
