import type { ProbeArgument } from './resolved-probe.ts'

/** Registers that carry arguments on x64; arm64 has two more, which are left alone so that specs mean the same everywhere. */
export const POSITIONAL_ARGUMENTS = 6

/**
 * What can be asked of a function whose types nobody knows: `arg0` as a word of 8 bytes, `int0` as an `int` (its lower half, signed),
 * `str0` as the text it points to.
 */
export function positionalArguments(textIn: 'user-text' | 'kernel-text'): ProbeArgument[] {
  return Array.from({ length: POSITIONAL_ARGUMENTS }, (_, position): ProbeArgument[] => [
    { name: `arg${position}`, cType: 'unsigned long', type: { kind: 'int', bytes: 8, signed: false }, position },
    { name: `int${position}`, cType: 'int', type: { kind: 'int', bytes: 4, signed: true }, position },
    { name: `str${position}`, cType: 'const char *', type: { kind: 'pointer', to: textIn }, position },
  ]).flat()
}
