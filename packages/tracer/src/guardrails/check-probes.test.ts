import { closeSync, mkdtempSync, openSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { ResolvedProbe } from '../probes/resolved-probe.ts'
import { checkProbes } from './check-probes.ts'
import { defaultPolicy, type Policy } from './policy.ts'

const policy = (more: Partial<Policy> = {}): Policy => ({
  ...defaultPolicy({ cpuCount: 2, memoryBytes: 4e9 }),
  source: '/etc/sonde/policy.yaml',
  ...more,
})
const kprobe = (name: string): ResolvedProbe => ({
  kind: 'kprobe',
  label: `kprobe:${name}`,
  function: name,
  at: 'entry',
  arguments: [],
  returnType: null,
})
const tracepoint: ResolvedProbe = { kind: 'tracepoint', label: 'x', category: 'sched', name: 'sched_switch', id: 1, arguments: [] }
const words = (probes: ResolvedProbe[], more: Partial<Policy> = {}) =>
  checkProbes(probes, policy(more)).then(
    () => 'allowed',
    (error: Error & { reason: string }) => `${error.reason}: ${error.message}`,
  )

describe('checkProbes', () => {
  it('refuses functions of the deny list, whatever the policy allows', async () => {
    expect(await words([kprobe('vfs_read')])).toBe('allowed')
    expect(await words([kprobe('vfs_read'), kprobe('_raw_spin_lock')])).toMatch(
      /^probe-denied: _raw_spin_lock must not be probed: it is part of a spin lock/,
    )
  })

  it('names the rule and the pattern', async () => {
    const kernelFunctions = { allow: ['vfs_*', 'tcp_*'], deny: ['tcp_v6_*'] }
    expect(await words([kprobe('tcp_connect')], { kernelFunctions })).toBe('allowed')
    expect(await words([kprobe('tcp_v6_connect')], { kernelFunctions })).toBe(
      'policy: /etc/sonde/policy.yaml says (probes.kernelFunctions.deny): tcp_v6_connect is denied by "tcp_v6_*".',
    )
    expect(await words([kprobe('do_exit')], { kernelFunctions })).toBe(
      'policy: /etc/sonde/policy.yaml says (probes.kernelFunctions.allow): nothing in the list allows do_exit.',
    )
    expect(await words([tracepoint], { tracepoints: { allow: ['syscalls:*'], deny: [] } })).toMatch(/probes\.tracepoints\.allow/)
    expect(await words([tracepoint], { tracepoints: { allow: ['*'], deny: ['sched:*'] } })).toMatch(/denied by "sched:\*"/)
  })

  describe('binaries', () => {
    /** A uprobe in a file that this process holds open, reached by `shown`. */
    function uprobeIn(real: string, shown: string): ResolvedProbe {
      const descriptor = openSync(shown, 'r')
      onTestFinished(() => closeSync(descriptor))
      const file = { openPath: `/proc/${process.pid}/fd/${descriptor}`, shownPath: shown, hostPath: shown, buildId: null, pids: [] }
      expect(realpathSync(shown)).toBe(real)
      return { kind: 'uprobe', label: 'u', file, symbol: 'f', demangled: null, fileOffset: 0, address: 0, at: 'entry', arguments: [] }
    }
    function files() {
      const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'sonde-binaries-')))
      onTestFinished(() => rmSync(folder, { recursive: true }))
      const real = path.join(folder, 'libsecret.so.1')
      const link = path.join(folder, 'harmless')
      writeFileSync(real, 'x')
      symlinkSync(real, link)
      return { folder, real, link }
    }

    it('are judged by what is open, not by the link that was named', async () => {
      const { folder, real, link } = files()
      const denying = { binaries: { allow: ['*'], deny: ['*/libsecret.so*'] } }
      expect(await words([uprobeIn(real, real)], denying)).toMatch(/probes\.binaries\.deny/)
      expect(await words([uprobeIn(real, link)], denying)).toMatch(/libsecret\.so\.1 is denied by "\*\/libsecret\.so\*"/)
      // A link inside an allowed place that leads out of it.
      expect(await words([uprobeIn(real, link)], { binaries: { allow: [`${folder}/harm*`], deny: [] } })).toMatch(
        /nothing in the list allows .*libsecret/,
      )
      expect(await words([uprobeIn(real, link)], { binaries: { allow: [`${folder}/lib*`], deny: [] } })).toBe('allowed')
    })

    it('are denied by the name that was asked for, too', async () => {
      const { real, link } = files()
      expect(await words([uprobeIn(real, link)], { binaries: { allow: ['*'], deny: ['*/harmless'] } })).toMatch(/probes\.binaries\.deny/)
    })
  })
})
