import type { CaptureViewState } from '@sonde/contract'
import type { LoadedProfile } from '@sonde/flamegraph/react'

/** Said where a time is selected and a profile cannot be narrowed to it. */
export function UntimedNote({ profile, view }: { profile: Pick<LoadedProfile, 'meta'>; view: Pick<CaptureViewState, 'window'> }) {
  if (view.window === '' || profile.meta.timed) return null
  return <span data-testid="untimed-note">These samples carry no times: they are of the whole time.</span>
}
