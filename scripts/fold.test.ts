import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const script = fileURLToPath(new URL('./fold.ts', import.meta.url))

function fold(options: string[], input: string) {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--import', 'tsx', script, ...options], {
    input: Buffer.from(input, 'latin1'),
  })
  return { lines: stdout.toString('latin1').split('\n').slice(0, -1), stderr: stderr.toString('latin1'), status }
}

const SAMPLE = 'srv \xff 12/13 1.5: 7 cycles:\n\tffffffff81 do_work+0x1a ([kernel.kallsyms])\n\t4005d0 m\xe9in (/nonexistent/srv)\n\n'

it('folds its input byte for byte, with the options by name', () => {
  expect(fold(['--all', '--tid'], SAMPLE).lines).toEqual(['srv_\xff-12/13;m\xe9in;do_work_[k] 7'])
  expect(fold(['--event-filter', 'instructions'], SAMPLE).lines).toEqual([])
})

it('keeps the symbol where addr2line knows nothing better', () => {
  expect(fold(['--inline', '-'], SAMPLE).lines).toEqual(['srv_\xff;m\xe9in;do_work 7'])
})

it('names lines that it cannot read, and options that do not exist', () => {
  expect(fold([], '???\n').stderr).toContain('Unrecognized line: ???')
  expect(fold(['--nonsense'], '').status).not.toBe(0)
})
