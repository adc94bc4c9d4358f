import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Answer, FakeCli } from './testing/fake-io.ts'
import { temporaryFolder } from './testing/temporary-folder.ts'

const always = (answer: Answer) => new FakeCli(() => answer)

describe('exit codes', () => {
  it('tell usage, failure, sign-in and reach apart', async () => {
    expect(await always({ json: { items: [] } }).run('hosts')).toBe(0)
    expect(await always({ json: {} }).run('frobnicate')).toBe(2)
    expect(await always({ json: {} }).run('get')).toBe(2)
    expect(await always({ json: {} }).run('get', 'c0ffee01', '--format', 'exe')).toBe(2)
    expect(await always({ json: {} }).run('run', 'cpu-profile')).toBe(2)
    expect(await always({ json: {} }).run('run', 'cpu-profile', 'x', '--all')).toBe(2)
    expect(await always({ json: {} }).run('run', 'cpu-profile', 'x', '--for', '30')).toBe(2)
    expect(await always({ json: {} }).run('run', 'cpu-profile', 'x', '--pid', '1', '--process', 'y')).toBe(2)
    expect(await always({ status: 404, json: { error: { code: 'not-found', message: 'there is none' } } }).run('get', 'nothing')).toBe(1)
    expect(await always({ status: 401, json: { error: { code: 'not-signed-in', message: 'x' } } }).run('hosts')).toBe(4)
    expect(await always(new TypeError('fetch failed', { cause: new Error('ECONNREFUSED') })).run('hosts')).toBe(5)
    expect(await always({ status: 502, text: '<html>Bad gateway' }).run('hosts')).toBe(5)
    expect(await always({ text: '<html>' }).run('hosts')).toBe(1)
    expect(await always({ json: { wrong: true } }).run('hosts')).toBe(1)
    const nowhere = always({ json: {} })
    nowhere.url = null
    nowhere.token = null
    expect(await nowhere.run('hosts')).toBe(4)
    expect(await always({ json: {} }).run('--help')).toBe(0)
    expect(await always({ json: {} }).run('--version')).toBe(0)
  })
})

describe('what comes from hosts', () => {
  it('cannot speak to the terminal', async () => {
    const evil = '\u001b]0;owned\u0007\u001b[2J\u202egnp.exe'
    const host = { id: 'h', name: evil, online: true, labels: {}, facts: { kernel: evil, cpuCount: 4 }, load: null }
    const cli = always({ json: { items: [host] } })
    expect(await cli.run('hosts')).toBe(0)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
    expect(cli.out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f\u202e]/)
    const refused = always({ status: 404, json: { error: { code: 'not-found', message: evil } } })
    await refused.run('get', 'x')
    expect(refused.err).not.toContain('\u001b')
  })

  it('keeps columns in line, and colours only a terminal', async () => {
    const host = (name: string, online: boolean) => ({
      id: name,
      name,
      online,
      labels: { env: 'prod' },
      facts: { kernel: '6.1', cpuCount: 4 },
      load: { load1: 1, cpuBusy: 0.5 },
    })
    const cli = always({ json: { items: [host('a', true), host('a-longer-name', false)] } })
    await cli.run('hosts')
    const [head, first, second] = cli.out.split('\n')
    expect(first?.indexOf('online')).toBe(head?.indexOf('STATE'))
    expect(second?.indexOf('offline')).toBe(head?.indexOf('STATE'))
    cli.isTerminal = true
    await cli.run('hosts')
    expect(cli.out).toContain('\u001b[32monline\u001b[0m')
  })
})

describe('diff', () => {
  const measure = (a: number, b: number) => ({
    a,
    b,
    change: b - a,
    low: 0,
    high: 1,
    q: 0.01,
    significant: true,
    hosts: { agree: 1, of: 1 },
    countA: 10,
    countB: 12,
  })
  const verdict = {
    sentences: ['write p99 10 → 15 ms'],
    differs: true,
    functionUnit: 'share',
    rateUnit: '/s',
    functions: [],
    functionsTested: 0,
    syscalls: [
      {
        nr: 1,
        name: 'write',
        rate: measure(1, 1),
        errors: measure(0, 0),
        mean: measure(1, 1),
        p50: measure(1, 1),
        p99: measure(10e6, 15e6),
      },
    ],
    syscallsTested: 1,
    warnings: [{ code: 'kernels-differ', text: 'kernels differ' }],
  }

  it('prints the sentences, and ends with 3 where a threshold is crossed', async () => {
    const cli = always({ json: verdict })
    expect(await cli.run('diff', 'aaaa0001', 'bbbb0001')).toBe(0)
    expect(cli.out).toBe('write p99 10 → 15 ms\nNote: kernels differ\n')
    expect(cli.asked[0]).toMatchObject({ path: '/comparisons/verdict', query: { a: 'aaaa0001', b: 'bbbb0001', by: 'samples' } })
    expect(await cli.run('diff', 'aaaa0001', 'bbbb0001', '--fail-on', 'write p99 > +20%', '--fail-on', 'write errors > +1%')).toBe(3)
    expect(cli.err).toContain('CROSSED: write p99 > +20% (write 10.0 ms → 15.0 ms (+5.00 ms), 10 and 12 counted)')
    expect(cli.err).toContain('held: write errors > +1%')
    expect(await cli.run('diff', 'aaaa0001', 'bbbb0001', '--fail-on', 'write p99 > +60%')).toBe(0)
    expect(await cli.run('diff', 'aaaa0001', 'bbbb0001', '--fail-on', 'wrote p99 > +60%')).toBe(0)
    expect(cli.err).toContain('not there: wrote p99')
    expect(await cli.run('diff', 'aaaa0001', 'bbbb0001', '--strict', '--fail-on', 'wrote p99 > +60%')).toBe(1)
    expect(await cli.run('diff', 'aaaa0001', 'bbbb0001', '--fail-on', 'write p99')).toBe(2)
    expect(await cli.run('diff', 'aaaa0001', 'bbbb0001', '--json', '--fail-on', 'write p99 > +20%')).toBe(3)
    expect(JSON.parse(cli.out)).toMatchObject({ sentences: verdict.sentences, gates: [{ outcome: 'crossed' }] })
  })

  it('takes addresses of pages, with what is selected there', async () => {
    const cli = always({ json: verdict })
    const page = 'https://sonde.test/captures/aaaa0001?v=1&process=host1:42&window=0-5000'
    expect(await cli.run('diff', page, 'bbbb0001~h.host1~rest', '--by', 'requests', '--requests', 'accept4')).toBe(0)
    expect(cli.asked[0]?.query).toEqual({
      a: 'aaaa0001~h.host1~p.host1:42~w.0-5000',
      b: 'bbbb0001~h.host1~rest',
      by: 'requests',
      requests: 'accept4',
    })
    expect(await cli.run('diff', 'https://sonde.test/hosts', 'bbbb0001')).toBe(2)
    expect(await cli.run('diff', 'a b', 'bbbb0001')).toBe(2)
    expect(await cli.run('diff', 'aaaa0001', 'bbbb0001', '--requests', 'accept4')).toBe(2)
  })
})

describe('other commands', () => {
  it('share, deploy and import send what was typed', async () => {
    const cli = new FakeCli(({ path }) => ({
      status: 201,
      json:
        path === '/shares'
          ? { id: 's', url: 'https://sonde.test/s/ssh_x', expiresAt: '2026-12-07T00:00:00.000Z', dropped: ['search'] }
          : { id: 'd001', url: 'u', hosts: [1] },
    }))
    expect(await cli.run('share', 'c0ffee01', '--for', '24h', '--view', 'https://sonde.test/captures/c0ffee01?v=1&panes=flame')).toBe(0)
    expect(JSON.parse(cli.asked[0]?.body ?? '')).toEqual({ id: 'c0ffee01', hours: 24, hosts: false, args: false, view: 'v=1&panes=flame' })
    expect([cli.out, cli.err.includes('search')]).toEqual(['https://sonde.test/s/ssh_x\n', true])
    expect(await cli.run('share', 'c0ffee01', '--for', '5m')).toBe(2)
    expect(
      await cli.run(
        'deploy',
        'checkout',
        '1.2.3',
        '--sha',
        'abcdef1',
        '--label',
        'env=prod',
        '--state',
        'started',
        '--link',
        'https://ci.test/1',
      ),
    ).toBe(0)
    expect(JSON.parse(cli.asked.at(-1)?.body ?? '')).toEqual({
      service: 'checkout',
      version: '1.2.3',
      sha: 'abcdef1',
      state: 'started',
      labels: { env: 'prod' },
      url: 'https://ci.test/1',
    })
    expect(await cli.run('deploy', 'checkout', '1', '--label', 'prod')).toBe(2)
    const file = path.join(temporaryFolder(), 'stacks.folded')
    writeFileSync(file, 'main;work 3\n')
    expect(await cli.run('import', file)).toBe(0)
    expect(cli.asked.at(-1)).toMatchObject({ path: '/captures/import', query: { name: 'stacks.folded' }, body: 'main;work 3\n' })
    expect(await cli.run('import', `${file}.nothing`)).toBe(1)
  })

  it('complete themselves in a shell', async () => {
    const cli = always({ json: {} })
    for (const shell of ['bash', 'zsh', 'fish']) {
      expect(await cli.run('completion', shell)).toBe(0)
      for (const word of ['whoami', 'fail-on', 'cpu-profile']) expect([shell, cli.out.includes(word)]).toEqual([shell, true])
    }
    expect(await cli.run('completion', 'csh')).toBe(2)
    await cli.run('completion', 'bash')
    const script = path.join(temporaryFolder(), 'sonde.bash')
    writeFileSync(script, cli.out)
    const ask = `source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _sonde; printf '%s\\n' "\${COMPREPLY[@]}"`
    const complete = (...words: string[]) =>
      execFileSync('bash', ['-c', ask, script, ...words], { encoding: 'utf8' })
        .trim()
        .split('\n')
    expect(complete('sonde', 'who')).toEqual(['whoami'])
    expect(complete('sonde', 'run', 'cpu-p')).toEqual(['cpu-profile'])
    expect(complete('sonde', 'diff', '--fail')).toEqual(['--fail-on'])
  })
})
