import { describe, expect, it } from 'vitest'
import { nodeVersionProblem } from './node-version.mjs'
import { createProgress, formatDuration, runTool, StepError } from './progress.mjs'
import { distribution, ensureTools, perfPackages } from './system-tools.mjs'

const quiet = () => {
  const lines: string[] = []
  return { lines, progress: createProgress({ write: (line) => lines.push(line) }) }
}

describe('nodeVersionProblem', () => {
  it.each(['20.19.0', '20.20.2', '22.0.0', '24.1.0'])('accepts %s', (version) => expect(nodeVersionProblem(version)).toBeNull())
  it.each(['18.20.0', '20.18.3', '19.9.0'])('refuses %s', (version) => expect(nodeVersionProblem(version)).toContain(version))
})

describe('progress', () => {
  it('says when a step starts, ends and fails, and passes on what it gives', async () => {
    const { lines, progress } = quiet()
    expect(await progress.step('building', async () => 7)).toBe(7)
    await expect(progress.step('breaking', async () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(lines.map((line) => line.trim().slice(0, 10))).toEqual(['… building', '✓ building', '… breaking', '✗ breaking'])
  })

  it.each([
    [930, '0.9 s'],
    [59_400, '59 s'],
    [93_400, '1 min 33 s'],
  ])('writes %d ms as %s', (ms, text) => expect(formatDuration(ms)).toBe(text))
})

describe('runTool', () => {
  it('gives the last lines of both streams of a tool that failed', async () => {
    const failed = runTool(process.execPath, ['-e', 'console.log("out"); console.error("err"); process.exit(3)'])
    await expect(failed).rejects.toBeInstanceOf(StepError)
    await expect(failed).rejects.toThrow('exit code 3')
    await failed.catch((error) => expect(error.tail.sort()).toEqual(['err', 'out']))
  })

  it('says so when there is no such tool', async () => {
    await expect(runTool('/no/such/tool', [])).rejects.toThrow('could not be started')
  })
})

describe('system tools', () => {
  it('knows the distribution and its name for perf', () => {
    expect(distribution('ID=ubuntu\nID_LIKE=debian\nVERSION_ID="24.04"\n')).toEqual(['ubuntu', 'debian'])
    expect(perfPackages(['ubuntu'], '6.8.0-45-generic')).toContain('linux-tools-6.8.0-45-generic')
    expect(perfPackages(['debian'], '6.1.0')).toEqual(['linux-perf'])
  })

  it('never fails, and says what does not work without a tool', async () => {
    const { lines, progress } = quiet()
    const tool = { command: 'no-such-tool', packages: ['no-such-package'], without: 'no pictures' }
    expect(await ensureTools([tool], progress, { SONDE_NO_APT: '1' })).toEqual([tool])
    expect(lines.join('\n')).toMatch(/no-such-tool missing/)
    expect(lines.join('\n')).toMatch(/no pictures; everything else works/)
  })

  it('has nothing to say where all is there', async () => {
    const { lines, progress } = quiet()
    expect(await ensureTools([{ command: 'sh', packages: ['dash'], without: '' }], progress)).toEqual([])
    expect(lines).toEqual([])
  })
})
