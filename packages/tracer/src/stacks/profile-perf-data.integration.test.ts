import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { FRAME_KIND, mergeProfiles, type Profile } from '@sonde/profile'
import { PerfDataError } from '@sonde/profile/perf-data'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { profilePerfData } from './profile-perf-data.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'sonde-stacks-'))
const file = (name: string) => path.join(folder, name)
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const usable = process.getuid?.() === 0 && spawnSync('perf', ['--version']).status === 0

const SCRIPT = `
const end = Date.now() + 3500
function sondeMarker(n) { return n < 2 ? n : sondeMarker(n - 1) + sondeMarker(n - 2) }
let sum = 0
while (Date.now() < end) { sum += sondeMarker(18); sum += JSON.stringify([sum]).length }
`

/** Records what several sorts of process do for two seconds. `toStream`: in the pipe format. */
async function record(name: string, toStream: boolean): Promise<string> {
  writeFileSync(file('work.js'), SCRIPT)
  const children = [
    spawn(process.execPath, ['--perf-basic-prof', file('work.js')], { cwd: file('.'), stdio: 'ignore' }),
    spawn('dd', ['if=/dev/zero', 'of=/dev/null', 'bs=1', 'count=3000000'], { stdio: 'ignore' }),
    spawn('timeout', ['3', 'bash', '-c', 'while :; do /bin/ls / >/dev/null; (:); cat /proc/self/maps >/dev/null; done'], {
      stdio: 'ignore',
    }),
  ]
  const ended = children.map((child) => new Promise((resolve) => child.once('exit', resolve)))
  await new Promise((resolve) => setTimeout(resolve, 500))
  const redirect = toStream ? `-o - -- sleep 2 > '${file(name)}'` : `-o '${file(name)}' -- sleep 2`
  const recorded = spawnSync('bash', ['-c', `perf record -q -e cpu-clock -F 997 -g -a ${redirect}`], { encoding: 'utf8' })
  children[1]?.kill()
  await Promise.all(ended)
  expect(recorded.status, recorded.stderr).toBe(0)
  return file(name)
}

/** Every distinct (thread, stack) of `perf script`, in perf's own words, with its count. Idle tasks are left out. */
function countsOfPerfScript(data: string, input: string): Map<string, number> {
  const shell = `perf script -f -i ${input} --no-inline -F comm,pid,tid,ip,sym,dso < '${data}'`
  const result = spawnSync('bash', ['-c', shell], { encoding: 'utf8', maxBuffer: 2 ** 30 })
  const counts = new Map<string, number>()
  for (const block of result.stdout.split('\n\n')) {
    const [head = '', ...frames] = block.split('\n').filter((line) => line !== '')
    const match = /^\s*(.*?)\s+(-?\d+)\/(-?\d+)\s*$/.exec(head)
    if (match === null || match[3] === '0') continue
    const key = [`${match[1]} ${match[2]}/${match[3]}`, ...frames.map((frame) => frame.replace(/^\s*[0-9a-f]+ /, ''))].join('|')
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return counts
}

describe.skipIf(!usable)('profilePerfData', () => {
  let data = ''
  beforeAll(async () => {
    data = await record('perf.data', false)
  })

  it('counts every stack exactly as perf script does', async () => {
    // Before and after: binaries and JIT maps of other processes on this host may come and go meanwhile.
    const before = countsOfPerfScript(data, `'${data}'`)
    const result = await profilePerfData(data)
    const ours = new Map<string, number>()
    for (const { comm, pid, tid, frames, weight } of result.rawStacks()) {
      const key = [`${comm} ${pid}/${tid}`, ...frames].join('|')
      ours.set(key, (ours.get(key) ?? 0) + weight)
    }
    const theirs = countsOfPerfScript(data, `'${data}'`)
    expect(theirs.size).toBeGreaterThan(50)
    const differences = [before, theirs].map((counts) =>
      [...new Set([...ours.keys(), ...counts.keys()])]
        .filter((key) => ours.get(key) !== counts.get(key))
        .map((key) => `${ours.get(key)} ≠ ${counts.get(key)} ${key}`),
    )
    expect(differences.sort((a, b) => a.length - b.length)[0]).toEqual([])
    expect(result.counts.samples).toBe([...theirs.values()].reduce((sum, count) => sum + count, 0))
    expect(result.profile.samples.length).toBe(result.counts.samples)
    expect(kindsOf(result.profile, /sondeMarker/)).toEqual(new Set([FRAME_KIND.jit]))
    expect(kindsOf(result.profile, /^(do_syscall_64|vfs_read|ksys_read)$/)).toEqual(new Set([FRAME_KIND.kernel]))
    expect(result.counts.idleSamples + result.counts.samples).toBeGreaterThan(0)
  })

  it('reads the pipe format to the same counts', async () => {
    const stream = await record('perf.pipe', true)
    const result = await profilePerfData(stream)
    const theirs = countsOfPerfScript(stream, '-')
    const ours = result.rawStacks().reduce((sum, stack) => sum + stack.weight, 0)
    expect(ours).toBe([...theirs.values()].reduce((sum, count) => sum + count, 0))
    expect(new Set(result.rawStacks().map((s) => [`${s.comm} ${s.pid}/${s.tid}`, ...s.frames].join('|')))).toEqual(new Set(theirs.keys()))
    expect(mergeProfiles([result.profile, result.profile]).samples.length).toBe(2 * ours)
  })

  it('refuses files that are cut, whatever the place', async () => {
    const bytes = readFileSync(data)
    for (const length of [10, 104, 200, 5_000, bytes.length >> 1]) {
      writeFileSync(file('cut'), bytes.subarray(0, length))
      await expect(profilePerfData(file('cut'))).rejects.toThrow(PerfDataError)
    }
  })

  it('refuses files with a broken record, and says so', async () => {
    const bytes = readFileSync(data)
    const dataAt = Number(bytes.readBigUInt64LE(40))
    bytes.fill(0, dataAt + 4_000, dataAt + 4_200)
    writeFileSync(file('broken'), bytes)
    await expect(profilePerfData(file('broken'))).rejects.toThrow(PerfDataError)
  })
})

const oracle = path.resolve(import.meta.dirname, '../../../../../shared/oracle/perf-data')
describe.skipIf(!usable || !existsSync(oracle))('files of other programs (../shared/oracle)', () => {
  it('refuses the broken one, and the one whose stacks only perf can unwind', async () => {
    for (const name of ['perf.data.broken.gz', 'perf.data.true.v2.gz']) {
      writeFileSync(file(name), gunzipSync(readFileSync(path.join(oracle, name))))
      await expect(profilePerfData(file(name)), name).rejects.toThrow(PerfDataError)
    }
  })
})

function kindsOf(profile: Profile, name: RegExp): Set<number> {
  const kinds = new Set<number>()
  for (let i = 0; i < profile.frames.length; i++) {
    if (name.test(profile.strings[profile.frames.name[i] ?? 0] ?? '')) kinds.add(profile.frames.kind[i] ?? -1)
  }
  return kinds
}
