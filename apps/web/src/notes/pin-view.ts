import { type CaptureViewState, COMMENT_LIMITS, formatViewState } from '@sonde/contract'

/** The query that leads back to a view. What was undone is left out, and of a view that is too long all but where it looks. */
export function pinView(view: CaptureViewState): string {
  const whole = formatViewState({ ...view, undone: '' })
  return whole.length <= COMMENT_LIMITS.view
    ? whole
    : formatViewState({ ...view, undone: '', transforms: '', search: '', filter: '', find: '' })
}
