import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { cgroupMounts } from '../host/cgroup-mount.ts'
import { makeTracerCgroup, TracerConfiner } from './confine-tracers.ts'

const budget = { hitsPerSecond: 1, cores: 0.5, memoryBytes: 256 * 1024 * 1024, outputBytes: 1 }
const { v2 } = await cgroupMounts()
const controllers = (() => {
  try {
    return v2 === null ? null : readFileSync(`${v2}/cgroup.controllers`, 'utf8').trim().split(' ')
  } catch {
    return null
  }
})()
const canConfine = process.getuid?.() === 0 && controllers !== null && controllers.includes('cpu') && controllers.includes('memory')

describe('the tracers’ cgroup', () => {
  it.skipIf(canConfine)('is done without where cgroup v2 has not what it takes, and the reason is said', async () => {
    const { cgroup, problem } = await makeTracerCgroup(budget)
    expect(cgroup).toBeNull()
    expect(problem).toMatch(controllers === null ? /./ : /the controllers? .* not with cgroup v2 on this host/)
  })

  it.skipIf(!canConfine)('has the budget as its limits, and holds what is put there', async () => {
    const confinement = await makeTracerCgroup(budget)
    const { cgroup, problem } = confinement
    // In a container or under a delegating manager the agent may not.
    if (cgroup === null) return expect(problem).toMatch(/./)
    expect(readFileSync(`${cgroup}/memory.max`, 'utf8').trim()).toBe(String(budget.memoryBytes))
    expect(readFileSync(`${cgroup}/cpu.max`, 'utf8').trim()).toBe('100000 100000')
    const child = spawn('sleep', ['60'], { stdio: 'ignore' })
    onTestFinished(() => void child.kill('SIGKILL'))
    new TracerConfiner(confinement).confine([child.pid ?? -1])
    await expect.poll(() => readFileSync(`/proc/${child.pid}/cgroup`, 'utf8')).toContain('sonde-tracers')
  })
})
