import { compileSearch } from '@sonde/flamegraph'
import type { NameTest } from './finding-rows.ts'

const ALL: NameTest = () => true
const NONE: NameTest = () => false

/** As the flame graph searches: case ignored, a regular expression that runs in linear time. One that cannot be used finds nothing. */
export function nameTest(text: string, regex: boolean): NameTest {
  if (text === '') return ALL
  return compileSearch({ text, regex }) ?? NONE
}
