import { expect, test } from 'vitest'
import { type Recorded, recordCapture, specOf } from '../record-capture.ts'
import type { TheLab } from './with-lab.ts'

/** What protects a host, as far as it takes a kernel with kprobes and a cgroup v2 of its own. */
export function guardrailTests(theLab: TheLab): void {
  const counts = (name: string, durationMs = 3_000) =>
    specOf({ collector: 'counts', probes: [{ kind: 'kprobe', function: name }] }, durationMs)
  const isRefused = ({ target }: Recorded, reason: string, words: RegExp) => {
    expect(target).toMatchObject({ state: 'refused', reason })
    expect(target.message).toMatch(words)
  }

  test('guardrails: the host says its policy, and that its tools have a cgroup with limits', async () => {
    const { policy } = (await theLab().host()).facts
    expect(policy).toMatchObject({
      source: '/etc/sonde/policy.yaml',
      problem: null,
      cgroup: '/sys/fs/cgroup/sonde-tracers',
      cgroupProblem: null,
    })
    const limits = await theLab().machine.run('cat /sys/fs/cgroup/sonde-tracers/memory.max /sys/fs/cgroup/sonde-tracers/cpu.max')
    const [memory, cpu] = limits.output.trim().split('\n')
    expect(Number(memory)).toBe(policy?.budget.memoryBytes)
    expect(cpu).toBe(`${Math.round((policy?.budget.cores ?? 0) * 200_000)} 100000`)
  })

  test('guardrails: a function of the deny list is refused, and left out of a wildcard', async () => {
    isRefused(await recordCapture(theLab(), counts('ktime_get')), 'probe-denied', /^ktime_get must not be probed: it reads the time/)
    isRefused(await recordCapture(theLab(), counts('ktime_get_*')), 'probe-denied', /must not be probed/)
  })

  test('guardrails: a wildcard that stands for too much is refused', async () => {
    isRefused(
      await recordCapture(theLab(), counts('tcp_*')),
      'too-many-probes',
      /matches \d+ probes on this host .* at most 50 may be attached/,
    )
  })

  test('guardrails: calls of a kernel function are counted beforehand, and tools run in their cgroup', async () => {
    let held = ''
    const capture = await recordCapture(theLab(), counts('vfs_read', 5_000), async () => {
      for (let i = 0; i < 50 && held.trim() === ''; i++)
        held = (await theLab().machine.run('cat /sys/fs/cgroup/sonde-tracers/cgroup.procs')).output
    })
    expect(capture.target, capture.target.message ?? '').toMatchObject({ state: 'done' })
    expect(held.trim().split('\n').length).toBeGreaterThanOrEqual(1)
    const forecast = capture.target.quality?.forecast
    expect(forecast).toMatchObject({ verdict: 'ok', probes: [{ label: 'kprobe:vfs_read' }] })
    // The agent itself reads files all the time.
    expect(forecast?.probes[0]?.hits).toBeGreaterThan(0)
    expect(forecast?.countedMs).toBeGreaterThan(500)
  })
}
