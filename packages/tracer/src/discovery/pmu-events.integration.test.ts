import { execFileSync } from 'node:child_process'
import { beforeEach, describe, expect, it } from 'vitest'
import { findTool } from '../host/find-tool.ts'
import { listPmuEvents } from './pmu-events.ts'

describe('listPmuEvents', () => {
  beforeEach(async ({ skip }) => {
    if ((await findTool('perf')) === null) skip('perf is not installed')
  })

  it('lists what perf can open here, and nothing else', async () => {
    const { events, notes } = await listPmuEvents()
    const names = events.map((event) => event.name)
    expect(names).toEqual(expect.arrayContaining(['cpu-clock', 'task-clock', 'page-faults', 'context-switches']))
    expect(new Set(names).size).toBe(names.length)
    for (const { name, sampled } of events) {
      const stat = execFileSync('sh', ['-c', 'exec perf stat -x, -e "$1" -- true 2>&1', 'sh', name], { encoding: 'utf8' })
      expect(stat).not.toContain('<not supported>')
      if (sampled) execFileSync('perf', ['record', '-e', name, '-c', '1000000000', '-o', '/dev/null', '--', 'true'], { stdio: 'ignore' })
    }
    // What the capability check says about the PMU holds here too.
    const hasCycles = !execFileSync('sh', ['-c', 'perf stat -x, -e cycles -- true 2>&1'], { encoding: 'utf8' }).includes('<not supported>')
    expect(names.includes('cycles')).toBe(hasCycles)
    expect(notes).toHaveLength(hasCycles ? 0 : 1)
  }, 120_000)
})
