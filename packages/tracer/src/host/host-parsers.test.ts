import { hostLoadSchema, processListSchema } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { parseCgroupMounts } from './cgroup-mount.ts'
import { osName, versionIn } from './detect-facts.ts'
import { listProcesses, parseCgroupPath, parsePasswd, parseProcStat } from './list-processes.ts'
import { createLoadReader, ioWaitShare, meminfoBytes, parseCpuTimes, runnablePerCpu } from './load-reader.ts'
import { parsePressure, pressureProblem } from './pressure.ts'

describe('parseProcStat', () => {
  const rest = 'S 12 1 1 0 -1 4194560 1 2 3 4 50 25 7 8 20 0 3 0 9876 1000 250 18446744073709551615'

  it('ends the name at the last bracket, whatever it holds', () => {
    for (const comm of ['cat', 'a b', ') R 99 (', 'x\ny', '']) {
      expect(parseProcStat(`42 (${comm}) ${rest}`)).toEqual({
        pid: 42,
        comm,
        ppid: 12,
        cpuTicks: 75,
        startTicks: 9876,
        rssBytes: 250 * 4096,
      })
    }
  })

  it('is null for what a vanished process leaves', () => {
    expect([parseProcStat(''), parseProcStat('42 (cat'), parseProcStat('42 (cat) S')]).toEqual([null, null, null])
  })
})

describe('host files', () => {
  it('reads users, cgroups, os-release and versions', () => {
    expect([...parsePasswd('root:x:0:0::/:/bin/sh\nbroken\nwww:x:33:33::/:/x\nroot2:x:0:0::/:/x\n')]).toEqual([
      [0, 'root'],
      [33, 'www'],
    ])
    expect(parseCgroupPath('9:name=systemd:/x\n0::/system.slice/nginx.service\n')).toBe('/system.slice/nginx.service')
    expect(parseCgroupPath('9:name=systemd:/x\n')).toBeNull()
    expect(osName('PRETTY_NAME="Debian"\nVERSION_ID="12"\nID=debian\n')).toBe('debian 12')
    expect(osName('')).toBe('linux')
    expect(['perf version 6.1.192', 'bpftrace v0.17.0', 'setpriv from util-linux 2.38.1', 'none'].map(versionIn)).toEqual([
      '6.1.192',
      '0.17.0',
      '2.38.1',
      null,
    ])
  })

  it('finds the cgroup v2 mount on a pure and on a hybrid host', () => {
    expect(parseCgroupMounts('30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate')).toEqual({
      v2: '/sys/fs/cgroup',
      perfEventIsV1: false,
    })
    const hybrid =
      '30 23 0:26 / /sys/fs/cgroup/perf\\040event rw shared:1 - cgroup none rw,perf_event\n31 23 0:27 / /sys/fs/cgroup/uni\\040fied rw - cgroup2 none rw'
    expect(parseCgroupMounts(hybrid)).toEqual({ v2: '/sys/fs/cgroup/uni fied', perfEventIsV1: true })
    expect(parseCgroupMounts('')).toEqual({ v2: null, perfEventIsV1: false })
  })

  it('reads pressure stall information, and says why there is none', () => {
    const io = 'some avg10=12.50 avg60=4.69 avg300=7.44 total=7255546590\nfull avg10=1.00 avg60=0.00 avg300=0.00 total=0\n'
    expect(parsePressure(io)).toBe(12.5)
    expect([parsePressure(''), parsePressure('full avg10=1.00 avg60=0'), parsePressure('some avg10=x ')]).toEqual([null, null, null])
    expect(pressureProblem('ENOENT')).toContain('CONFIG_PSI')
    expect(pressureProblem('EOPNOTSUPP')).toContain('psi=1')
  })

  it('counts runnable tasks without the one that reads, and waits for I/O between two readings', () => {
    expect(runnablePerCpu('cpu 1\nprocs_running 9\nprocs_blocked 0\n', 4)).toBe(2)
    expect(runnablePerCpu('procs_running 1\n', 4)).toBe(0)
    expect(runnablePerCpu('cpu 1\n', 4)).toBeNull()
    const at = (total: number, ioWait: number) => ({ total, idle: 0, ioWait })
    expect(ioWaitShare(at(100, 10), at(200, 60))).toBe(0.5)
    expect(ioWaitShare(at(100, 10), at(200, 9))).toBe(0) // it may go backwards by a tick
    expect(ioWaitShare(at(100, 10), at(100, 10))).toBeNull()
  })

  it('adds up CPU time once', () => {
    expect(parseCpuTimes('cpu  100 5 50 800 20 1 2 3 77 0\ncpu0 1 1 1 1\n')).toEqual({ total: 981, idle: 800, ioWait: 20 })
    expect(() => parseCpuTimes('')).toThrow('no cpu line')
    expect(meminfoBytes('MemTotal:       2 kB\nMemAvailable:   1 kB\n', 'MemAvailable')).toBe(1024)
  })
})

describe.skipIf(process.platform !== 'linux')('on this host', () => {
  it('has a load, and shares only from the second reading on', async () => {
    const read = createLoadReader()
    expect(hostLoadSchema.parse(await read()).cpuBusy).toBeNull()
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(hostLoadSchema.parse(await read()).cpuBusy).toBeGreaterThanOrEqual(0)
  })

  it('lists processes, this one with its CPU', async () => {
    const spin = setInterval(() => {
      for (const end = performance.now() + 8; performance.now() < end; );
    }, 10)
    const list = processListSchema.parse(await listProcesses())
    clearInterval(spin)
    const own = list.rows.find((row) => row.pid === process.pid)
    expect(own?.cpu).toBeGreaterThan(0.1)
    expect(own?.rssBytes).toBeGreaterThan(10_000_000)
    expect(own?.command).toContain('node')
    expect(new Set(list.rows.map((row) => row.pid)).size).toBe(list.rows.length)
  })
})
