import { readlink } from 'node:fs/promises'
import { decidePattern, type NamePatterns } from '../guardrails/policy.ts'
import { BinaryRefusal } from './binary-refusal.ts'
import type { ResolvedBinary } from './resolve-binary.ts'

/**
 * Whether the host's policy lets user-space probes lie in this file: judged by all paths that it is known by, the last one being what
 * the kernel calls the open file. What may not be probed is not listed either.
 *
 * @throws BinaryRefusal
 */
export async function checkBinary(binary: Pick<ResolvedBinary, 'fd' | 'shownPath' | 'hostPath'>, allowed: NamePatterns): Promise<void> {
  const real = await readlink(`/proc/self/fd/${binary.fd}`).catch(() => null)
  const { allowed: isAllowed } = decidePattern(allowed, [binary.shownPath, binary.hostPath, ...(real === null ? [] : [real])])
  if (!isAllowed)
    throw new BinaryRefusal('refused', `The policy of this host does not allow probes in ${binary.shownPath} (probes.binaries).`)
}
