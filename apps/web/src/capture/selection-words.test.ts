import type { TargetView } from '@sonde/contract'
import { summarizeProfile } from '@sonde/flamegraph'
import { ProfileBuilder } from '@sonde/profile'
import { describe, expect, it } from 'vitest'
import { selectionWords } from './selection-words.ts'

const targets = [
  { hostId: 'h1', hostName: 'web-1' },
  { hostId: 'h2', hostName: 'web-2' },
] as TargetView[]
const builder = new ProfileBuilder()
builder.addThread(builder.addHost('h1', 'web-1'), 42, 42, 'nginx')
const profile = summarizeProfile(builder.build())
const plain = (text: string) => text.replaceAll('\u00a0', ' ')

describe('selectionWords', () => {
  it('says who and when', () => {
    expect(selectionWords({}, { targets }, profile)).toBe('all processes on 2 hosts, the whole time')
    expect(selectionWords({}, { targets: targets.slice(0, 1) }, profile)).toBe('all processes on web-1, the whole time')
    expect(plain(selectionWords({ hostId: 'h2', window: { fromUs: 2e6, toUs: 4.5e6 } }, { targets }, profile))).toBe(
      'all processes on web-2, 2 s to 4.5 s',
    )
    expect(selectionWords({ process: { hostId: 'h1', pid: 42 } }, { targets }, profile)).toBe('nginx 42 on web-1, the whole time')
  })

  it('says what it does not know', () => {
    expect(selectionWords({ process: { hostId: 'h9', pid: 7 } }, { targets }, undefined)).toBe(
      'process 7 on a host that is not here, the whole time',
    )
  })
})
