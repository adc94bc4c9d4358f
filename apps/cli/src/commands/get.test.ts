import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Answer, FakeCli } from '../testing/fake-io.ts'
import { temporaryFolder } from '../testing/temporary-folder.ts'

const always = (answer: Answer) => new FakeCli(() => answer)

describe('get', () => {
  const syscalls = {
    hosts: [
      {
        hostName: 'web-1',
        snapshot: {
          processes: [{ pid: 7, comm: '=cmd,"x"' }],
          rows: [{ pid: 7, name: 'write', calls: 10, totalNs: 100, maxNs: 50, errors: [{ errno: 11, name: 'EAGAIN', count: 3 }] }],
        },
      },
    ],
  }

  it('writes stacks as they come, to stdout or a file, and nothing binary to a terminal', async () => {
    const cli = new FakeCli(() => ({ bytes: Uint8Array.from([0, 255, 10]) }))
    expect(await cli.run('get', 'c0ffee01', '--format', 'pprof', '--window', '0-5')).toBe(0)
    expect(cli.out).toBe('\0ÿ\n')
    expect(cli.asked[0]).toMatchObject({ path: '/captures/c0ffee01/profile', query: { kind: 'profile', format: 'pprof', window: '0-5' } })
    const file = path.join(temporaryFolder(), 'p.pb.gz')
    expect(await cli.run('get', 'c0ffee01', '--format', 'pprof', '-o', file)).toBe(0)
    expect([...readFileSync(file)]).toEqual([0, 255, 10])
    expect(await cli.run('get', 'c0ffee01', '--format', 'pprof', '-o', '/nowhere/at/all')).toBe(1)
    cli.isTerminal = true
    expect(await cli.run('get', 'c0ffee01', '--format', 'pprof')).toBe(2)
  })

  it('makes CSV that no spreadsheet runs', async () => {
    const cli = always({ json: syscalls })
    expect(await cli.run('get', 'c0ffee01', '--result', 'syscalls', '--format', 'csv')).toBe(0)
    expect(cli.out).toBe('host,pid,process,syscall,calls,errors,total_ns,max_ns\r\nweb-1,7,"\'=cmd,""x""",write,10,3,100,50\r\n')
    expect(await cli.run('get', 'c0ffee01', '--result', 'syscalls')).toBe(0)
    expect(JSON.parse(cli.out)).toEqual(syscalls)
  })

  it('lets nothing that a host named speak to a terminal, and changes nothing in a pipe', async () => {
    const hostile = '\u001b]0;title\u0007 \u009b31m \u202e\u{e0041} =1+1'
    const answer = structuredClone(syscalls)
    answer.hosts[0]?.snapshot.processes.splice(0, 1, { pid: 7, comm: hostile })
    const cli = always({ json: answer })
    const stacks = always({ text: `app;${hostile};\tmain 3\n` })
    for (const isTerminal of [true, false]) {
      for (const one of [cli, stacks]) one.isTerminal = isTerminal
      await cli.run('get', 'c0ffee01', '--result', 'syscalls')
      const json = Buffer.from(cli.out, 'latin1').toString('utf8')
      expect(JSON.parse(json)).toEqual(answer)
      expect(json).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u)
      await cli.run('get', 'c0ffee01', '--result', 'syscalls', '--format', 'csv')
      await stacks.run('get', 'c0ffee01', '--format', 'folded')
      for (const { out } of [cli, stacks])
        expect([isTerminal, /(?![\r\n\t])[\p{Cc}\p{Cf}]/u.test(Buffer.from(out, 'latin1').toString('utf8'))]).toEqual([
          isTerminal,
          !isTerminal,
        ])
    }
    expect(Buffer.from(stacks.out, 'latin1').toString('utf8')).toBe(`app;${hostile};\tmain 3\n`)
  })

  it('refuses what would be ignored', async () => {
    const cli = always({ json: syscalls })
    expect(await cli.run('get', 'c0ffee01', '--result', 'syscalls', '--process', 'h:1')).toBe(2)
    expect(await cli.run('get', 'c0ffee01', '--result', 'syscalls', '--format', 'folded')).toBe(2)
    expect(await cli.run('get', 'c0ffee01', '--result', 'profile', '--format', 'csv')).toBe(2)
    expect(await cli.run('get', 'c0ffee01', '--format', 'csv')).toBe(2)
    expect(cli.asked).toEqual([])
  })
})
