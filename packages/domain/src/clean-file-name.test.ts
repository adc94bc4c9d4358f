import { describe, expect, it } from 'vitest'
import { cleanFileName } from './clean-file-name.ts'

describe('cleanFileName', () => {
  it.each([
    ['out.folded', 'out.folded'],
    ['C:\\Users\\me\\out.folded', 'out.folded'],
    ['../../etc/passwd', 'passwd'],
    ['  my   profile\t1 .txt ', 'my profile 1 .txt'],
    ['harmless\u202egpj.exe', 'harmless gpj.exe'],
    ['line\nbreak\u2028and\u0000nul', 'line break and nul'],
    ['<img src=x onerror=alert(1)>', '<img src=x onerror=alert(1)>'],
    ['профиль 1.txt', 'профиль 1.txt'],
    ['half \ud800 pair', 'half pair'],
    ['', 'Imported file'],
    ['folder/', 'Imported file'],
    ['\u200b\u202e ', 'Imported file'],
    ['\u0301', 'Imported file'],
  ])('%j → %j', (name, title) => expect(cleanFileName(name)).toBe(title))

  it('cuts a long name between characters, not inside of one', () => {
    const title = cleanFileName('🔥'.repeat(1_000))
    expect([...title]).toHaveLength(120)
    expect(title).toBe(`${'🔥'.repeat(119)}…`)
  })
})
