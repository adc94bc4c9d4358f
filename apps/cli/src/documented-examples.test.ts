import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { EXIT } from './exit-codes.ts'
import { FakeCli } from './testing/fake-io.ts'

const page = readFileSync(path.join(import.meta.dirname, '../../../docs/CLI.md'), 'utf8')
const examples = [...page.matchAll(/^```sh\n(.*?)^```$/gms)].flatMap(([, block = '']) =>
  block.split('\n').filter((line) => line.startsWith('sonde ')),
)

/** A line of a shell: words, and quotes around some. */
const wordsOf = (line: string): string[] => [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '').slice(1)

it('documents every command', () => {
  const cli = new FakeCli(() => new TypeError('not reached'))
  const shown = new Set(examples.map((line) => wordsOf(line)[0]))
  return cli.run('--help').then(() => {
    const commands = [...cli.out.matchAll(/^ {2}([a-z]+) (?:\[options\]|<shell>)/gm)].map((match) => match[1])
    expect(commands.length).toBeGreaterThan(15)
    expect(commands.filter((command) => !shown.has(command))).toEqual([])
  })
})

it.each(examples)('%s', async (line) => {
  const cli = new FakeCli(({ path: asked }) => (asked.startsWith('/recipes/') ? recipe : new TypeError('as far as the server')))
  // What is wrong in the words themselves is found before the server is asked.
  const code = await cli.run(...wordsOf(line))
  const reachesNoServer = /^sonde (completion|logout)|^sonde import perf\.data/.test(line)
  expect(code, cli.err).toSatisfy((found) => (reachesNoServer ? found !== EXIT.usage : found === EXIT.unreachable))
})

const recipe = {
  json: { id: 'kernel-function-latency', params: [{ name: 'function', type: 'kernel-function', label: 'Function', help: '' }] },
}
