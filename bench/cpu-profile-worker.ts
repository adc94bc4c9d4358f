import { writeFileSync } from 'node:fs'
import { toFolded } from '@sonde/profile'
import { profilePerfData } from '../packages/tracer/src/stacks/profile-perf-data.ts'

/** What bench/cpu-profile.ts measures: perf.data in, folded stacks out. With a fourth argument, raw stacks as JSON besides. */
const [data = '', output = '', raw] = process.argv.slice(2)
const result = await profilePerfData(data)
writeFileSync(output, `${toFolded(result.profile).join('\n')}\n`)
if (raw !== undefined) writeFileSync(raw, JSON.stringify(result.rawStacks()))
