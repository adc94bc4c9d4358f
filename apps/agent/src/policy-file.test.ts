import { execFileSync } from 'node:child_process'
import { chmod, chown, mkdir, readFile, rename, symlink, unlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { hostPolicySchema } from '@sonde/contract'
import pino from 'pino'
import { describe, expect, it } from 'vitest'
import { PolicyFile } from './policy-file.ts'
import { parsePolicy } from './policy-schema.ts'
import { temporaryFolder } from './testing/temporary-folder.ts'

const host = { cpuCount: 2, memoryBytes: 4 * 1024 ** 3 }
const isRoot = process.getuid?.() === 0

async function policyAt(text: string | null, more: { required?: boolean } = {}) {
  const folder = await temporaryFolder()
  const file = path.join(folder, 'policy.yaml')
  if (text !== null) await writeFile(file, text, { mode: 0o644 })
  const makeCgroup = async () => ({ cgroup: null, problem: 'not in this test' })
  const policy = new PolicyFile({ file, required: more.required ?? false, host, log: pino({ level: 'silent' }), makeCgroup })
  return {
    folder,
    file,
    policy,
    refusal: () =>
      policy.inForce().then(
        () => 'allowed',
        (error: Error) => error.message,
      ),
  }
}

describe('PolicyFile', () => {
  it('without a file: the defaults, unless it was named by hand', async () => {
    const { policy } = await policyAt(null)
    expect((await policy.inForce()).policy).toMatchObject({
      source: null,
      limits: { concurrentCaptures: 2, gatewayGoneMs: 120_000 },
      budget: { cores: 0.5 },
    })
    const named = await policyAt(null, { required: true })
    expect(await named.refusal()).toMatch(/^Nothing is allowed on this host: .*policy\.yaml does not exist\.$/)
  })

  it('is read again when it changes, and when it breaks nothing is allowed until it is mended', async () => {
    const { file, folder, policy, refusal } = await policyAt('version: 1\nlimits: { seconds: 10 }\n')
    expect((await policy.inForce()).policy.limits.durationMs).toBe(10_000)
    // The same length, the same name, another inode.
    await writeFile(path.join(folder, 'new'), 'version: 1\nlimits: { seconds: 20 }\n')
    await rename(path.join(folder, 'new'), file)
    expect((await policy.inForce()).policy.limits.durationMs).toBe(20_000)
    await writeFile(file, 'version: 1\nlimits: { seconds: 9000 }\n')
    expect(await refusal()).toMatch(/is not understood \(limits\.seconds: is at most 300\)/)
    const summary = await policy.summary()
    expect(summary.problem).toContain('is not understood')
    expect(hostPolicySchema.parse(summary)).toEqual(summary)
    await writeFile(file, 'version: 1\n')
    expect(await refusal()).toBe('allowed')
    await unlink(file)
    expect(await refusal()).toBe('allowed')
    expect((await policy.summary()).source).toBeNull()
  })

  it.each([
    ['a file that others may write', (file: string) => chmod(file, 0o666), /may be written by others than root \(mode 666\)/],
    ['a file that its group may write', (file: string) => chmod(file, 0o664), /may be written by others than root/],
    [
      'a folder that others may write',
      (file: string) => chmod(path.dirname(file), 0o777),
      /the folder .* may be written by others than root/,
    ],
    [
      'a link, even to a good file',
      async (file: string) => {
        await rename(file, `${file}.real`)
        await symlink(`${file}.real`, file)
      },
      /is a symbolic link/,
    ],
    [
      'a FIFO, without waiting for a writer',
      async (file: string) => {
        await unlink(file)
        execFileSync('mkfifo', ['-m', '644', file])
      },
      /is not a regular file/,
    ],
    [
      'a folder',
      async (file: string) => {
        await unlink(file)
        await mkdir(file)
      },
      /is not a regular file/,
    ],
    ['a file beyond all measure', (file: string) => writeFile(file, `version: 1\n#${'x'.repeat(300 * 1024)}`), /is larger than 256 KiB/],
  ])('does not obey %s: nothing is allowed', async (_what, spoil, words) => {
    const { file, refusal } = await policyAt('version: 1\n')
    await spoil(file)
    expect(await refusal()).toMatch(words)
  })

  it.skipIf(!isRoot)('does not obey a file of someone else', async () => {
    const { file, refusal } = await policyAt('version: 1\n')
    await chown(file, 65_534, 65_534)
    expect(await refusal()).toMatch(/does not belong to root \(but to user 65534\)/)
    await chown(file, 0, 0)
    expect(await refusal()).toBe('allowed')
    await chown(path.dirname(file), 65_534, 65_534)
    expect(await refusal()).toMatch(/the folder .* does not belong to root/)
  })
})

describe('parsePolicy', () => {
  const parse = (text: string) => parsePolicy(text, '/etc/sonde/policy.yaml', host)

  it('reads the example of the documentation, which is as the defaults but for what it says', async () => {
    const example = await readFile(path.resolve(import.meta.dirname, '../../../docs/policy.example.yaml'), 'utf8')
    const policy = parse(example)
    expect(policy).toEqual({ ...parse('version: 1'), kernelFunctions: policy.kernelFunctions, binaries: policy.binaries })
    expect(policy.binaries.deny.length).toBeGreaterThan(0)
    // What is commented out can be put in.
    const all = example.replaceAll(/^( *)# ((?:containersOnly|uids|cores|memoryMiB): .*)$/gm, '$1$2')
    expect(all).not.toBe(example)
    expect(parse(all)).toMatchObject({ containersOnly: true, uids: [1000, 1001] })
  })

  it('an empty list allows nothing; one that is left out allows all', () => {
    expect(parse('version: 1\nprobes: { kinds: [], kernelFunctions: { allow: [] } }')).toMatchObject({
      probeKinds: [],
      kernelFunctions: { allow: [], deny: [] },
      tracepoints: { allow: ['*'], deny: [] },
    })
  })

  it.each([
    ['', /whole file/],
    ['- version: 1', /whole file/],
    ['version: 2', /version: must be 1/],
    ['version: 1\nprobs: {}', /Unrecognized key: "probs"/],
    ['version: 1\nprobes: { kinds: [kprobes] }', /probes\.kinds\.0/],
    ['version: 1\nversion: 1', /line 2/],
    ['version: 1\nlimits: { concurrentCaptures: 0 }', /limits\.concurrentCaptures: is at least 1/],
    ['version: 1\nlimits: { concurrentCaptures: 1.5 }', /whole number/],
    ['version: 1\nbudget: { cores: -1 }', /budget\.cores/],
    ['version: 1\nbudget: { cores: .nan }', /budget\.cores/],
    ['version: 1\nbudget: { hitsPerSecond: "many" }', /budget\.hitsPerSecond/],
    ['version: 1\nscope: { uids: [] }', /scope\.uids/],
    ['version: 1\na: &a [x]\nprobes: { kinds: *a }', /alias/i],
    ['version: 1\n\tlimits: {}', /line 2/],
    ['version: !!js/function "x"', /./],
    ['{', /line 1/],
  ])('takes no %j', (text, words) => {
    expect(() => parse(text)).toThrow(words)
  })
})
