import { describe, expect, it } from 'vitest'
import { downloadName } from './file-name.ts'

const at = new Date('2026-11-30T01:05:42.123Z')

describe('downloadName', () => {
  it('says title, time and part', () => {
    expect(downloadName('CPU profile of checkout', at, 'offcpu', 'svg')).toBe('cpu-profile-of-checkout-20261130T0105Z-offcpu.svg')
    expect(downloadName('CPU', at, '', 'pb.gz')).toBe('cpu-20261130T0105Z.pb.gz')
  })

  it('is a plain file name whatever the title', () => {
    for (const title of ['../../etc/passwd', 'a\0b\nc', '\u202egnp.exe', '', '...', 'CON', 'x'.repeat(5000), '"; rm -rf', 'C:\\a|b?c*']) {
      expect(downloadName(title, at, 'flame', 'svg'), title).toMatch(/^[a-z0-9_-]{1,60}-20261130T0105Z-flame\.svg$/)
    }
    expect(downloadName('日本 Ünïcode', at, '', 'svg')).toBe('日本-ünïcode-20261130T0105Z.svg')
  })
})
