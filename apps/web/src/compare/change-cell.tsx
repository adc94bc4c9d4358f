import type { Measure } from '@sonde/contract'
import { cx } from '@sonde/ui'
import { changeText, measureTitle, valueText } from './finding-words.ts'

const sign = ({ change }: Measure): string => ((change ?? 0) > 0 ? '▲' : (change ?? 0) < 0 ? '▼' : '')

/** A change with its interval: marked where it is significant, grey where it is not. */
export function ChangeText({ measure, unit, counted }: { measure: Measure; unit: string; counted: string }) {
  return (
    <span
      title={measureTitle(measure, unit, counted)}
      className={cx('whitespace-nowrap', measure.significant ? 'font-medium text-ink' : 'text-ink-3')}
      data-significant={measure.significant}
    >
      {measure.significant ? <span aria-hidden>{sign(measure)} </span> : null}
      {changeText(measure, unit)}
      {measure.significant ? null : <span className="sr-only">, not significant</span>}
    </span>
  )
}

/** Both sides in a line, and the change below it. */
export function MeasureCell({
  measure,
  unit,
  counted,
  isApproximate = false,
}: {
  measure: Measure
  unit: string
  counted: string
  isApproximate?: boolean
}) {
  const about = isApproximate ? '≈ ' : ''
  return (
    <span className="flex min-w-0 flex-col leading-tight">
      <span className={cx('whitespace-nowrap', measure.significant ? 'text-ink' : 'text-ink-3')}>
        {about}
        {valueText(measure.a, unit)} → {valueText(measure.b, unit)}
      </span>
      <span className="text-sm">
        <ChangeText measure={measure} unit={unit} counted={counted} />
      </span>
    </span>
  )
}
