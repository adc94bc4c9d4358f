import { HEAT_STOPS } from './heat-scale.ts'

const GRADIENT = `linear-gradient(to right, ${Array.from({ length: HEAT_STOPS }, (_, i) => `var(--heat-${i + 1})`).join(', ')})`

/** What the colours of a heat map stand for: from one to the most, which is named with its unit. */
export function HeatLegend({ most, quarter, title }: { most: string; quarter: string; title: string }) {
  return (
    <span className="inline-flex items-center gap-1.5 whitespace-nowrap" title={title} data-testid="heat-legend">
      <span>0</span>
      <span className="relative inline-block h-2.5 w-24 rounded-[2px] border border-line" style={{ backgroundImage: GRADIENT }} aria-hidden>
        <span className="absolute inset-y-0 left-1/2 w-px bg-surface/80" />
      </span>
      <span>
        at most {most}
        <span className="sr-only">, the middle colour being {quarter}</span>
      </span>
    </span>
  )
}
