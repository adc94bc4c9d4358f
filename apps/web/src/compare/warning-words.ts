import type { ComparisonWarning } from '@sonde/contract'

/** What to do about each reason to doubt a comparison; what it is stands in the warning itself. */
export const WARNING_ADVICE: Record<ComparisonWarning['code'], string> = {
  'kernels-differ': 'Kernel functions may differ for that alone. Compare hosts of one kernel, or read the kernel frames with care.',
  'builds-differ': 'Functions may have been renamed or inlined between builds: a function that is gone and a new one may be the same.',
  'hosts-differ': 'Hosts that are on one side only may be what differs. Select the hosts that are on both sides.',
  'load-differs': 'A busier side does more of everything. Compare by share of samples, or by requests.',
  'loss-differs': 'What was lost is missing on one side more than on the other. Record again at a lower rate.',
  'rate-differs': 'Samples of different rates do not weigh the same. Compare by share of samples or CPU seconds.',
  'spec-differs': 'The two did not record the same. Run one of them again with the settings of the other.',
  'too-little': 'Record for longer, or on more hosts: what counts is how many hosts × slices of time there are.',
  'no-times': 'Without times samples cannot be resampled by slice of time. Compare captures that Sonde recorded.',
  'unknown-differs': 'More frames have no name on one side. Functions there may stand under [unknown].',
  'still-running': 'The verdict changes until both captures are done.',
  'same-samples':
    'Both sides hold the same samples at least in part, so they can only differ by less than they do. Choose selections that do not overlap.',
}

/** The ones that make the rest worth little stand first. */
export function bySeverity(warnings: readonly ComparisonWarning[]): ComparisonWarning[] {
  const codes = Object.keys(SEVERE)
  const rank = ({ code }: ComparisonWarning) => (codes.includes(code) ? 0 : 1)
  return [...warnings].sort((a, b) => rank(a) - rank(b))
}

const SEVERE: Partial<Record<ComparisonWarning['code'], true>> = {
  'too-little': true,
  'same-samples': true,
  'no-times': true,
  'still-running': true,
}
