import { type Needs, needsOf } from '../hosts/host-fit.ts'
import { type InstrumentDraft, instrumentOfDraft, mainProbe } from './instrument-draft.ts'
import { PROBE_KIND_WORDS } from './probe-kind-words.ts'

/** What is asked of a host for what is drafted so far; of an unfinished draft, what its probe and its collector alone need. */
export function needsOfDraft(draft: InstrumentDraft): Needs {
  const made = instrumentOfDraft(draft)
  if (made.ok) return needsOf([made.instrument])
  const probe = mainProbe(draft)
  return {
    capabilities: probe === null ? [] : [PROBE_KIND_WORDS[probe.kind].needs],
    kinds: probe === null ? [] : [probe.kind],
    collectors: [draft.collector],
  }
}
